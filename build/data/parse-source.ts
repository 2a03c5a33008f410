import * as v from 'valibot';
import { readAll, type Source } from '../../lib/large-files/bytes';
import { textsOfUnread, valueAt } from './customers';
import { decodeText } from './encoding';
import type { ReadFile, Report } from './problems';
import { describeSyntaxError, reportDuplicateKeys } from './read/json-text';
import { reportIssues } from './report-issues';
import { sources as exactSources, lenientSources, type RoutingSource } from './schema/sources';

type Parsed<S extends 'routing' | 'templates'> = ReadFile<v.InferOutput<(typeof exactSources)[S]>>;

/**
 * Parses a file that people write.
 *
 * @param report is told every problem
 * @returns what can be read of it; undefined when nothing can
 */
export function parseSource<S extends 'routing' | 'templates'>(
  name: S,
  source: Source | undefined,
  report: Report,
): Parsed<S> | undefined {
  if (source === undefined) return reportMissing(report);
  const decoded = typeof source === 'string' ? { text: source } : decodeText(readAll(source));
  if (!('text' in decoded)) {
    report([], decoded.problem, decoded.fix);
    return undefined;
  }
  const text = decoded.text.replace(/^\uFEFF/, '');
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    report(
      [],
      `is not valid JSON: ${describeSyntaxError(text)}`,
      'correct it there; an editor shows the place',
    );
    return undefined;
  }
  reportDuplicateKeys(text, report);
  const result = v.safeParse(exactSources[name], raw);
  if (result.success) return { value: result.output, raw, isWhole: true };
  reportIssues(result.issues, report);
  const saved = v.safeParse(lenientSources[name], raw);
  return saved.success ? { value: saved.output, raw, isWhole: false } : undefined;
}

/** Reports that a file does not exist. */
export function reportMissing(report: Report): undefined {
  report([], 'is missing', 'create it: docs/data.md shows the least it can hold');
}

/** @returns the identities that the data may name, including those whose entry has another problem */
export function knownWorkers({ value, raw }: ReadFile<RoutingSource>): ReadonlySet<string> {
  const read = value.workers.flatMap((worker) => worker?.identity ?? []);
  const workers = valueAt(raw, 'workers');
  return new Set([...read, ...textsOfUnread(value.workers, Array.isArray(workers) ? workers : [])]);
}
