import * as v from 'valibot';
import type { Bytes } from '../../lib/large-files/bytes';
import type { SplitLimits } from '../../lib/large-files/split-list';
import { type Problem, type Report, reportTo, splitCustomerPath } from './problems';
import { ListFile } from './read/list-file';
import { reportIssues } from './report-issues';
import {
  type CustomerSource,
  customerSource,
  lenientCustomerSource,
  lenientSources,
  sources,
} from './schema/sources';

/** The checks of the customers, in the order in which their problems are listed. */
const checks = [
  'keys',
  'shape',
  'unknown',
  'reserved',
  'ids',
  'addresses',
  'shared',
  'workers',
  'cards',
] as const;

/** Collects the problems of checks that run at once, one list for each. */
export class CheckReports {
  readonly of: Readonly<Record<(typeof checks)[number], Report>>;
  readonly #lists: Record<(typeof checks)[number], Problem[]>;

  /** @param file the name in the problems */
  constructor(file: string) {
    const lists = checks.map((check) => [check, [] as Problem[]] as const);
    this.#lists = Object.fromEntries(lists) as Record<(typeof checks)[number], Problem[]>;
    const reports = lists.map(([check, list]) => [check, reportTo(list, file)] as const);
    this.of = Object.fromEntries(reports) as CheckReports['of'];
  }

  /** @returns the problems by check; those of ids and addresses by customer */
  list(): Problem[] {
    const { keys, shape, unknown, reserved, ids, addresses, shared, workers, cards } = this.#lists;
    const own = [...ids, ...addresses];
    if (ids.length > 0) own.sort((a, b) => positionOf(a) - positionOf(b));
    return [keys, shape, unknown, reserved, own, shared, workers, cards].flat();
  }
}

function positionOf({ path }: Problem): number {
  return splitCustomerPath(path).position ?? 0;
}

/** The customers' file: as far as it has the right form. */
export class CustomersFile {
  readonly count: number;
  readonly defaultCountry: string | undefined;
  /** Whether a customer who has been read is too large: nothing is known of them. */
  hasTooLarge = false;
  readonly #file: ListFile;
  readonly #reports: CheckReports['of'];

  private constructor(
    file: ListFile,
    count: number,
    defaultCountry: string | undefined,
    reports: CheckReports['of'],
  ) {
    this.#file = file;
    this.count = count;
    this.defaultCountry = defaultCountry;
    this.#reports = reports;
  }

  /**
   * Opens the file, and checks what is around the list.
   *
   * @returns undefined when it has no list of customers
   * @throws UnreadableFile
   */
  static open(
    bytes: Bytes,
    reports: CheckReports['of'],
    limits: Partial<SplitLimits>,
  ): CustomersFile | undefined {
    const file = new ListFile(bytes, 'customers', limits);
    file.reportDuplicateKeys(reports.keys);
    const { around, count } = file;
    const raw = count === undefined ? around : { ...(around as object), customers: [] };
    const result = v.safeParse(sources.customers, raw);
    for (const issue of result.issues ?? []) {
      // Unknown keys come after the list.
      reportIssues([issue], issue.expected === 'never' ? reports.unknown : reports.shape);
    }
    const saved = result.success ? result : v.safeParse(lenientSources.customers, raw);
    if (count === undefined || !saved.success) return undefined;
    return new CustomersFile(file, count, saved.output.defaultCountry, reports);
  }

  /** @returns the customers in the order of the file, `entry` undefined where one cannot be read @throws UnreadableFile */
  *read(): Generator<{ index: number; raw: unknown; entry: CustomerSource | undefined }> {
    for (const { index, raw, isTooLarge } of this.#file.elements(this.#reports.keys)) {
      if (isTooLarge) {
        this.hasTooLarge = true;
        yield { index, raw, entry: undefined };
        continue;
      }
      const result = v.safeParse(customerSource, raw);
      if (!result.success) reportIssues(result.issues, this.#reports.shape, ['customers', index]);
      yield { index, raw, entry: result.success ? result.output : lenientEntry(raw) };
    }
  }

  /** @returns the customer at a position that has been read before */
  at(index: number): CustomerSource | undefined {
    return lenientEntry(this.#file.at(index));
  }
}

function lenientEntry(raw: unknown): CustomerSource | undefined {
  const result = v.safeParse(lenientCustomerSource, raw);
  return result.success ? result.output : undefined;
}
