import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseError, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import * as v from 'valibot';
import { customerDetailsAnswer, frontlineAnswerLimit } from '../../lib/customers/cards';
import type { Customer } from '../../lib/model';
import { byteLength } from '../../lib/text';
import { compileCustomers, textsOfUnread, valueAt } from './customers';
import { decodeText, placeOf } from './encoding';
import { workerFixes } from './nearest-worker';
import { type CustomersFiles, makeCustomersFiles, packLimits } from './pack/customers-asset';
import { PackedTooLarge } from './pack/files';
import { type Problem, type ReadFile, type Report, reportTo } from './problems';
import { warnOfUnreachable } from './routing/flex';
import { compileRouting } from './routing/routing';
import { splitMessage } from './schema/messages';
import { sources as exactSources, lenientSources, type RoutingSource } from './schema/sources';
import { compileTemplates } from './templates';

export { formatProblems, type Problem } from './problems';

/** The files that people write, by schema name. To add a file, add a schema. */
type Source = keyof typeof exactSources;
export type AssetName = `${Source}.private.json`;

/** The files that people write, below `assets/`. */
export const assetNames = (Object.keys(exactSources) as Source[]).map(fileOf);

/** The content of each file; undefined for a missing file. */
export type Sources = Record<AssetName, Uint8Array | string | undefined>;

export interface CompiledData {
  /** Errors: they fail the build. */
  problems: Problem[];
  /** Warnings: they do not fail the build. */
  warnings: Problem[];
  /** The assets as they are deployed, minified JSON by file name; none when there is a problem. */
  assets: Map<AssetName, string>;
  /** The packed customers, by file name; none where the customers are in the asset itself, or when there is a problem. */
  packed: ReadonlyMap<string, Uint8Array>;
  /** The customers as they are deployed, in the order of every list. */
  customers: readonly Customer[];
  /** The number of customers, workers and templates. */
  counts: { customers: number; workers: number; templates: number };
}

/** Twilio's limit for one private asset. */
const assetLimit = 10_000_000;

/**
 * Reads the files that people write.
 *
 * @param folder `assets/`
 * @throws the file system's error, except for a missing file
 */
export async function readSources(folder: string): Promise<Sources> {
  const texts = await Promise.all(
    assetNames.map((name) =>
      readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    ),
  );
  return Object.fromEntries(assetNames.map((name, i) => [name, texts[i]])) as Sources;
}

/**
 * Checks the data and converts it to the form that the callbacks read: numbers in E.164, customers in order,
 * defaults filled in.
 *
 * @param limits up to which size the customers are one asset, and how large they may be
 * @returns every problem of every file, and the assets; it never throws
 */
export function compileData(sources: Sources, limits = packLimits): CompiledData {
  const problems: Problem[] = [];
  const report = (source: Source): Report => reportTo(problems, `assets/${fileOf(source)}`);
  const customersFile = parse('customers', sources, report('customers'));
  const routingFile = parse('routing', sources, report('routing'));
  const templatesFile = parse('templates', sources, report('templates'));

  const customers =
    customersFile &&
    compileCustomers(customersFile.value, listAt(customersFile.raw, 'customers'), report('customers'));
  const workers = routingFile && knownWorkers(routingFile);
  const routing =
    routingFile && workers && compileRouting(routingFile, workers, customers, report('routing'));
  if (customersFile && workers) {
    checkOwners(customersFile.value.customers, workers, report('customers'));
  }
  const templates = templatesFile && compileTemplates(templatesFile.value, customers, report('templates'));
  if (customers) checkCards(customers.customers, report('customers'));
  if (customers && routing && routingFile.value.flex) {
    warnOfUnreachable(customers.customers, routing.asset, report('routing'));
  }

  const built = customers?.build(routing?.assigned ?? new Map()).customers;
  const customersFiles = built && packCustomers(built, limits, report('customers'));
  const texts: Record<Source, string | undefined> = {
    customers: customersFiles?.text,
    routing: routing && JSON.stringify(routing.asset),
    templates: templates && JSON.stringify(templates),
  };
  const assets = new Map<AssetName, string>();
  for (const [source, text] of Object.entries(texts) as [Source, string | undefined][]) {
    if (text === undefined) continue;
    checkSize(text, report(source));
    assets.set(fileOf(source), text);
  }
  const order = (problem: Problem): number => assetNames.findIndex((name) => problem.file.endsWith(name));
  problems.sort((a, b) => order(a) - order(b));
  const errors = problems.filter(({ severity }) => severity === 'error');
  return {
    problems: errors,
    warnings: problems.filter(({ severity }) => severity === 'warning'),
    assets: errors.length === 0 ? assets : new Map(),
    packed: (errors.length === 0 && customersFiles?.packed) || new Map(),
    customers: built ?? [],
    counts: {
      customers: customersFile?.value.customers.length ?? 0,
      workers: routingFile?.value.workers.length ?? 0,
      templates: (templatesFile?.value.categories ?? []).reduce(
        (sum, category) => sum + (category?.templates.length ?? 0),
        0,
      ),
    },
  };
}

function fileOf(source: Source): AssetName {
  return `${source}.private.json`;
}

function parse<S extends Source>(
  name: S,
  sources: Sources,
  report: Report,
): ReadFile<v.InferOutput<(typeof exactSources)[S]>> | undefined {
  const source = sources[fileOf(name)];
  if (source === undefined) {
    report([], 'is missing', 'create it: docs/data.md shows the least it can hold');
    return undefined;
  }
  const decoded = typeof source === 'string' ? { text: source } : decodeText(source);
  if (!('text' in decoded)) {
    report([], decoded.problem, decoded.fix);
    return undefined;
  }
  const text = decoded.text.replace(/^\uFEFF/, '');
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    report([], `is not JSON: ${describeSyntaxError(text)}`, 'correct it there; an editor shows the place');
    return undefined;
  }
  reportDuplicateKeys(text, report);
  const result = v.safeParse(exactSources[name], raw);
  if (result.success) return { value: result.output, raw, isWhole: true };
  for (const issue of result.issues) {
    const { problem, fix } = splitMessage(issue.message);
    const keys = (issue.path ?? []).map(({ key }) => key as string | number);
    report(keys, problem, fix);
  }
  const saved = v.safeParse(lenientSources[name], raw);
  return saved.success ? { value: saved.output, raw, isWhole: false } : undefined;
}

/** Of duplicate keys, `JSON.parse` silently keeps the last. */
function reportDuplicateKeys(text: string, report: Report): void {
  const open: Map<string, number>[] = [];
  try {
    visit(
      text,
      {
        onObjectBegin: () => {
          open.push(new Map());
        },
        onObjectEnd: () => {
          open.pop();
        },
        onObjectProperty: (key, _offset, _length, startLine, _startCharacter, pathSupplier) => {
          const keys = open.at(-1);
          const first = keys?.get(key);
          if (first === undefined) keys?.set(key, startLine + 1);
          else {
            report(
              [...pathSupplier(), key],
              `appears twice, ${first === startLine + 1 ? 'both on line' : `on line ${first} and on line`} ${startLine + 1}`,
              'remove one of the two',
            );
          }
        },
      },
      { disallowComments: true },
    );
  } catch {
    // Brackets are nested too deeply: the schema rejects the file.
  }
}

/** The message of `JSON.parse` no longer names the place. */
function describeSyntaxError(text: string): string {
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, { disallowComments: true });
  } catch {
    return 'brackets are nested too deeply';
  }
  const [first] = errors;
  const what = first ? printParseErrorCode(first.error).replace(/(?<=[a-z])(?=[A-Z])/g, ' ') : 'Invalid text';
  return `${what} at ${placeOf(text, first?.offset ?? text.length)}`;
}

/** @returns the identities that the data may name, including those whose entry has another problem */
function knownWorkers({ value, raw }: ReadFile<RoutingSource>): ReadonlySet<string> {
  const read = value.workers.flatMap((worker) => worker?.identity ?? []);
  return new Set([...read, ...textsOfUnread(value.workers, listAt(raw, 'workers'))]);
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = valueAt(value, key);
  return Array.isArray(list) ? list : [];
}

function checkOwners(
  customers: readonly ({ worker?: string | undefined } | undefined)[],
  known: ReadonlySet<string>,
  report: Report,
): void {
  const fixFor = workerFixes(known, 'add the worker there, or correct the identity here');
  for (const [index, customer] of customers.entries()) {
    const worker = customer?.worker;
    if (worker === undefined || known.has(worker)) continue;
    report(
      ['customers', index, 'worker'],
      `${JSON.stringify(worker)} is not among the workers of assets/routing.private.json`,
      fixFor(worker),
    );
  }
}

function packCustomers(
  customers: readonly Customer[],
  limits: typeof packLimits,
  report: Report,
): CustomersFiles | undefined {
  try {
    return makeCustomersFiles(customers, limits);
  } catch (error) {
    if (!(error instanceof PackedTooLarge)) throw error;
    report(
      [],
      `would be ${(error.bytes / 1e6).toFixed(1)} MB of packed customers; there is room for ${limits.maxPacked / 1e6} MB`,
      'leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it',
    );
    return undefined;
  }
}

function checkSize(text: string, report: Report): void {
  const size = byteLength(text);
  if (size <= assetLimit) return;
  report(
    [],
    `would be an asset of ${(size / 1e6).toFixed(1)} MB; Twilio accepts at most 10 MB`,
    'make it smaller',
  );
}

function checkCards(customers: readonly (Customer | undefined)[], report: Report): void {
  for (const [index, customer] of customers.entries()) {
    if (!customer) continue;
    const size = byteLength(JSON.stringify(customerDetailsAnswer(customer)));
    if (size <= frontlineAnswerLimit) continue;
    report(
      ['customers', index],
      `the card of customer ${JSON.stringify(customer.customer_id)} has ${Math.ceil(size / 1024)} KB; Frontline reads at most 64 KB`,
      'shorten its details or links',
    );
  }
}
