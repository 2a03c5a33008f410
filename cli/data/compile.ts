import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as v from 'valibot';
import { customerDetailsAnswer, frontlineAnswerLimit } from '../../lib/customers/cards';
import type { Customer, CustomersAsset, Routing, TemplatesAsset } from '../../lib/model';
import { byteLength } from '../../lib/text';
import { compileCustomers, textsOfUnread, valueAt } from './customers';
import { formatPath, type Problem } from './problems';
import { compileRouting } from './routing';
import { sources as exactSources, lenientSources, type RoutingSource, splitMessage } from './schema';
import { compileTemplates } from './templates';

export { formatProblems, type Problem } from './problems';

/** The files that people write, below `assets/`. */
export const assetNames = [
  'customers.private.json',
  'routing.private.json',
  'templates.private.json',
] as const;
export type AssetName = (typeof assetNames)[number];

/** The text of each file; undefined for one that is missing. */
export type Sources = Record<AssetName, string | undefined>;

export interface CompiledData {
  problems: Problem[];
  /** The assets as they are deployed, minified JSON by file name; none when there is a problem. */
  assets: Map<AssetName, string>;
  /** How much there is of everything, for people. */
  counts: { customers: number; workers: number; templates: number };
}

/** Twilio's limit for one private asset. */
const assetLimit = 10_000_000;

/**
 * Reads the files that people write.
 *
 * @param folder `assets/`
 * @throws the file system's error, but for a file that is not there
 */
export async function readSources(folder: string): Promise<Sources> {
  const texts = await Promise.all(
    assetNames.map((name) =>
      readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
    ),
  );
  return Object.fromEntries(assetNames.map((name, i) => [name, texts[i]])) as Sources;
}

/**
 * Checks the data and brings it into the form in which the callbacks read it: numbers in E.164, customers in order,
 * defaults filled in.
 *
 * @returns every problem of every file, and the assets; it never throws, whatever the files hold
 */
export function compileData(sources: Sources): CompiledData {
  const problems: Problem[] = [];
  const customersFile = parse(
    sources,
    'customers.private.json',
    exactSources.customers,
    lenientSources.customers,
    problems,
  );
  const routingFile = parse(
    sources,
    'routing.private.json',
    exactSources.routing,
    lenientSources.routing,
    problems,
  );
  const templatesFile = parse(
    sources,
    'templates.private.json',
    exactSources.templates,
    lenientSources.templates,
    problems,
  );

  const customers =
    customersFile &&
    compileCustomers(
      customersFile.value,
      listAt(customersFile.written, 'customers'),
      report('customers.private.json', problems),
    );
  const workers = routingFile && knownWorkers(routingFile);
  const routing =
    routingFile &&
    workers &&
    compileRouting(routingFile.value, workers, customers, report('routing.private.json', problems));
  if (customersFile && workers) {
    checkOwners(customersFile.value.customers, workers, report('customers.private.json', problems));
  }
  const templates =
    templatesFile &&
    compileTemplates(templatesFile.value, customers, report('templates.private.json', problems));
  if (customers) checkCards(customers.customers, report('customers.private.json', problems));

  const built: [AssetName, CustomersAsset | Routing | TemplatesAsset | undefined][] = [
    ['customers.private.json', customers?.build(routing?.assigned ?? new Map())],
    ['routing.private.json', routing?.asset],
    ['templates.private.json', templates],
  ];
  const assets = new Map<AssetName, string>();
  for (const [name, asset] of built) {
    if (!asset) continue;
    const text = JSON.stringify(asset);
    checkSize(name, text, report(name, problems));
    assets.set(name, text);
  }
  const order = (problem: Problem): number => assetNames.findIndex((name) => problem.file.endsWith(name));
  problems.sort((a, b) => order(a) - order(b));
  return {
    problems,
    assets: problems.length === 0 ? assets : new Map(),
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

/** Notes a problem at the place that the keys lead to. */
export type Report = (keys: readonly (string | number)[], problem: string, cure: string) => void;

function report(name: AssetName, problems: Problem[]): Report {
  return (keys, problem, cure) => {
    problems.push({ file: `assets/${name}`, path: formatPath(keys), problem, cure });
  };
}

/** What a file holds: as far as it can be read, and as it is written. */
interface ReadFile<T> {
  value: T;
  written: unknown;
}

function parse<S extends v.GenericSchema>(
  sources: Sources,
  name: AssetName,
  schema: S,
  lenient: S,
  problems: Problem[],
): ReadFile<v.InferOutput<S>> | undefined {
  const say = report(name, problems);
  const text = sources[name]?.replace(/^\uFEFF/, '');
  if (text === undefined) {
    say([], 'is missing', 'create it: README.md shows the least it can hold');
    return undefined;
  }
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    say([], `is not JSON: ${describeSyntaxError(text)}`, 'correct it there; an editor shows the place');
    return undefined;
  }
  const result = v.safeParse(schema, written);
  if (result.success) return { value: result.output, written };
  for (const issue of result.issues) {
    const { problem, cure } = splitMessage(issue.message);
    const keys = (issue.path ?? []).map(({ key }) => key);
    problems.push({ file: `assets/${name}`, path: formatPath(keys), problem, cure });
  }
  const saved = v.safeParse(lenient, written);
  return saved.success ? { value: saved.output, written } : undefined;
}

/** `JSON.parse` no longer says where. */
function describeSyntaxError(text: string): string {
  const errors: ParseError[] = [];
  try {
    parseTree(text, errors, { disallowComments: true });
  } catch {
    return 'too many brackets are open at once';
  }
  const [first] = errors;
  const before = text.slice(0, first?.offset ?? text.length).split('\n');
  const what = first ? printParseErrorCode(first.error).replace(/(?<=[a-z])(?=[A-Z])/g, ' ') : 'Invalid text';
  return `${what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

/** @returns the identities that may be named, those among them whose entry is wrong in some other way */
function knownWorkers({ value, written }: ReadFile<RoutingSource>): ReadonlySet<string> {
  const read = value.workers.flatMap((worker) => worker?.identity ?? []);
  return new Set([...read, ...textsOfUnread(value.workers, listAt(written, 'workers'))]);
}

function listAt(value: unknown, key: string): readonly unknown[] {
  const list = valueAt(value, key);
  return Array.isArray(list) ? list : [];
}

function checkOwners(
  customers: readonly ({ worker?: string | undefined } | undefined)[],
  known: ReadonlySet<string>,
  say: Report,
): void {
  for (const [index, customer] of customers.entries()) {
    const worker = customer?.worker;
    if (worker === undefined || known.has(worker)) continue;
    say(
      ['customers', index, 'worker'],
      `${JSON.stringify(worker)} is not among the workers of assets/routing.private.json`,
      'add the worker there, or correct the identity here',
    );
  }
}

function checkSize(name: AssetName, text: string, say: Report): void {
  const size = byteLength(text);
  if (size <= assetLimit) return;
  say(
    [],
    `would be an asset of ${(size / 1e6).toFixed(1)} MB; Twilio takes at most 10 MB`,
    name === 'customers.private.json'
      ? 'leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it'
      : 'make it smaller',
  );
}

function checkCards(customers: readonly (Customer | undefined)[], say: Report): void {
  for (const [index, customer] of customers.entries()) {
    if (!customer) continue;
    const size = byteLength(JSON.stringify(customerDetailsAnswer(customer)));
    if (size <= frontlineAnswerLimit) continue;
    say(
      ['customers', index],
      `the card of customer ${JSON.stringify(customer.customer_id)} has ${Math.ceil(size / 1024)} KB; Frontline reads at most 64 KB`,
      'shorten its details or links',
    );
  }
}
