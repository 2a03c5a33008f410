import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { HashKey } from '../../lib/customers/packed-format';
import { type Bytes, type FileSource, openBytes, type Source } from '../../lib/large-files/bytes';
import type { SplitLimits } from '../../lib/large-files/split-list';
import type { ChannelType, Customer } from '../../lib/model';
import { finish } from '../../lib/steps';
import { byteLength } from '../../lib/text';
import { type CompiledCustomers, compileCustomers, turn } from './compile-customers';
import { CheckReports, CustomersFile } from './customers-file';
import { CustomersFilesMaker, type PackLimits, packLimits } from './pack/customers-asset';
import { PackedTooLarge } from './pack/files';
import { knownWorkers, parseSource, reportMissing } from './parse-source';
import { type Problem, type Report, reportTo } from './problems';
import { UnreadableFile } from './read/list-file';
import { unlessMissing } from './read/unless-missing';
import { warnOfUnreachable } from './routing/flex';
import { compileRouting } from './routing/routing';
import { sources as exactSources } from './schema/sources';
import { CustomerSorter } from './sort-customers';
import { compileTemplates } from './templates';

export { formatProblems, type Problem } from './problems';

/** The files that people write, by schema name. To add a file, add a schema. */
type SourceName = keyof typeof exactSources;
export type AssetName = `${SourceName}.private.json`;

/** The files that people write, below `assets/`. */
export const assetNames = (Object.keys(exactSources) as SourceName[]).map(fileOf);

/** The content of each file; undefined for a missing file. */
export type Sources = Record<AssetName, Uint8Array | string | undefined>;

/** The content of each file, or where it is. */
export type ProjectSources = Record<AssetName, Source | undefined>;

export interface CompiledData {
  /** Errors: they fail the build. */
  problems: Problem[];
  /** Warnings: they do not fail the build. */
  warnings: Problem[];
  /** The assets as they are deployed, minified JSON by file name; none when there is a problem. */
  assets: Map<AssetName, string>;
  /** The packed customers, by file name; none where the customers are in the asset itself, or when there is a problem. */
  packed: ReadonlyMap<string, Uint8Array>;
  /** The first customer with a channel of each type, in the order of every list. */
  firstOn: ReadonlyMap<ChannelType, Customer>;
  /** The number of customers, workers and templates. */
  counts: { customers: number; workers: number; templates: number };
}

/** How large the customers may be, and how many of them are in memory at once. */
export interface CompileLimits extends PackLimits {
  /** How much of the customers' file is read at once, and how large its parts may be; the usual when left out. */
  split: Partial<SplitLimits>;
  /** How long the JSON of customers may be that are sorted at once. */
  runCharacters: number;
  hash?: HashKey;
}

const compileLimits: CompileLimits = {
  ...packLimits,
  split: {},
  runCharacters: 16 * 1024 * 1024,
};

/** So much takes so long that it is good to know how far it is. */
const [manyCustomers, manyBytes] = [10_000, 4_000_000];

/** Twilio's limit for one private asset. */
const assetLimit = 10_000_000;

/**
 * Reads the files that people write.
 *
 * @param folder `assets/`
 * @throws the file system's error, except for a missing file
 */
export async function readSources(folder: string): Promise<Sources> {
  const texts = await Promise.all(assetNames.map((name) => unlessMissing(readFile(join(folder, name)))));
  return Object.fromEntries(assetNames.map((name, i) => [name, texts[i]])) as Sources;
}

/**
 * Reads the files that people write, except for the customers: there may be more than fit into memory.
 *
 * @param folder `assets/`
 * @throws the file system's error, except for a missing file
 */
export async function openSources(folder: string): Promise<ProjectSources> {
  const sources = assetNames.map(async (name): Promise<[AssetName, Source | undefined]> => {
    const path = join(folder, name);
    const file: FileSource = { path };
    if (name !== 'customers.private.json') return [name, await unlessMissing(readFile(path))];
    return [name, await unlessMissing(stat(path).then(() => file))];
  });
  return Object.fromEntries(await Promise.all(sources)) as ProjectSources;
}

/**
 * Checks the data and converts it to the form that the callbacks read: numbers in E.164, customers in order,
 * defaults filled in.
 *
 * @param limits up to which size the customers are one asset, and how large they may be
 * @returns every problem of every file, and the assets
 * @throws the file system's error; it never throws for what is in the files
 */
export function compileData(sources: ProjectSources, limits?: Partial<CompileLimits>): CompiledData {
  return finish(compileSteps(sources, { ...compileLimits, ...limits }));
}

/**
 * The same, but others get a turn meanwhile: many customers take minutes.
 *
 * @param report is told what is being done, once it takes longer
 */
export async function compileDataInTurns(
  sources: ProjectSources,
  report: (text: string) => void = () => {},
  limits?: Partial<CompileLimits>,
): Promise<CompiledData> {
  const steps = compileSteps(sources, { ...compileLimits, ...limits });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (step.value !== undefined) report(step.value);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Yields what is being done whenever others may have a turn. */
function* compileSteps(
  sources: ProjectSources,
  limits: CompileLimits,
): Generator<string | undefined, CompiledData> {
  const problems: Problem[] = [];
  const report = (source: SourceName): Report => reportTo(problems, `assets/${fileOf(source)}`);
  const routingFile = parseSource('routing', sources['routing.private.json'], report('routing'));
  const templatesFile = parseSource('templates', sources['templates.private.json'], report('templates'));
  const workers = routingFile && knownWorkers(routingFile);
  const sorter = new CustomerSorter(limits.runCharacters, limits.temporaryFolder);
  const source = sources['customers.private.json'];
  const bytes = openBytes(source ?? '');
  try {
    const input = source === undefined ? undefined : { bytes, sorter, workers, problems, limits };
    const customers = yield* readCustomers(input, report('customers'));
    const routing =
      routingFile && workers && compileRouting(routingFile, workers, customers, report('routing'));
    const templates = templatesFile && compileTemplates(templatesFile.value, customers, report('templates'));
    if (customers && routing && routingFile.value.flex) {
      warnOfUnreachable(customers.countries, routing.asset, report('routing'));
    }
    const isValid = problems.every(({ severity }) => severity !== 'error');
    const built =
      customers && isValid
        ? yield* packCustomers(customers, routing?.assigned ?? new Map(), limits, report('customers'))
        : undefined;
    bytes.checkUnchanged();

    const texts: Record<SourceName, string | undefined> = {
      customers: built?.text,
      routing: routing && JSON.stringify(routing.asset),
      templates: templates && JSON.stringify(templates),
    };
    const assets = new Map<AssetName, string>();
    for (const [name, text] of Object.entries(texts) as [SourceName, string | undefined][]) {
      if (text === undefined) continue;
      checkSize(text, report(name));
      assets.set(fileOf(name), text);
    }
    const order = (problem: Problem): number => assetNames.findIndex((name) => problem.file.endsWith(name));
    problems.sort((a, b) => order(a) - order(b));
    const errors = problems.filter(({ severity }) => severity === 'error');
    return {
      problems: errors,
      warnings: problems.filter(({ severity }) => severity === 'warning'),
      assets: errors.length === 0 ? assets : new Map(),
      packed: (errors.length === 0 && built?.packed) || new Map(),
      firstOn: built?.firstOn ?? new Map(),
      counts: {
        customers: customers?.count ?? 0,
        workers: routingFile?.value.workers.length ?? 0,
        templates: (templatesFile?.value.categories ?? []).reduce(
          (sum, category) => sum + (category?.templates.length ?? 0),
          0,
        ),
      },
    };
  } finally {
    sorter.close();
    bytes.close();
  }
}

interface CustomersInput {
  bytes: Bytes;
  sorter: CustomerSorter;
  /** The identities that the data may name; undefined when they are not known. */
  workers: ReadonlySet<string> | undefined;
  problems: Problem[];
  limits: CompileLimits;
}

/** @returns undefined when the file, or its list, cannot be read */
function* readCustomers(
  input: CustomersInput | undefined,
  report: Report,
): Generator<string | undefined, CompiledCustomers | undefined> {
  if (!input) return reportMissing(report);
  const { bytes, sorter, workers, problems, limits } = input;
  const checks = new CheckReports(`assets/${fileOf('customers')}`);
  try {
    yield bytes.size < manyBytes ? undefined : 'Reading the customers';
    const file = CustomersFile.open(bytes, checks.of, limits.split);
    const customers = file && compileCustomers(file, checks.of, workers, sorter, limits.hash);
    for (;;) {
      const step = customers?.next();
      if (!step || step.done) {
        // There can be more than a call takes arguments.
        for (const problem of checks.list()) problems.push(problem);
        return step?.value;
      }
      yield progress('Checking', step.value, file?.count ?? 0);
    }
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    // What was found before could come from what is wrong now.
    report([], error.problem, error.fix);
    return undefined;
  }
}

function* packCustomers(
  customers: CompiledCustomers,
  assigned: ReadonlyMap<string, readonly string[]>,
  limits: PackLimits,
  report: Report,
): Generator<string | undefined, Pick<CompiledData, 'packed' | 'firstOn'> & { text: string | undefined }> {
  const maker = new CustomersFilesMaker(limits);
  const firstOn = new Map<ChannelType, Customer>();
  let done = 0;
  for (const customer of customers.build(assigned)) {
    maker.add(customer);
    for (const { type } of customer.channels) if (!firstOn.has(type)) firstOn.set(type, customer);
    if (++done % turn === 0) yield progress('Sorting', done, customers.count);
  }
  try {
    const steps = maker.finishInSteps();
    for (let from = 0; ; ) {
      const step = steps.next();
      if (step.done) return { ...step.value, firstOn };
      if (step.value < from + turn && step.value < customers.count) continue;
      from = step.value;
      yield progress('Packing', from, customers.count);
    }
  } catch (error) {
    if (!(error instanceof PackedTooLarge)) throw error;
    report(
      [],
      `would be ${(error.bytes / 1e6).toFixed(1)} MB of packed customers; there is room for ${limits.maxPacked / 1e6} MB`,
      'leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it',
    );
    return { text: undefined, packed: new Map(), firstOn };
  }
}

/** @returns what is being done, where it takes longer */
function progress(what: string, done: number, of: number): string | undefined {
  const [part, all] = [done, of].map((number) => number.toLocaleString('en-US'));
  return of < manyCustomers ? undefined : `${what} the customers: ${part} of ${all}`;
}

function fileOf(source: SourceName): AssetName {
  return `${source}.private.json`;
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
