import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseError, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import * as v from 'valibot';
import { customerDetailsAnswer, frontlineAnswerLimit } from '../../lib/customers/cards';
import type { Customer, CustomersAsset, Routing, TemplatesAsset } from '../../lib/model';
import { byteLength } from '../../lib/text';
import { compileCustomers, textsOfUnread, valueAt } from './customers';
import { decodeText, placeOf } from './encoding';
import { type Problem, type ReadFile, type Report, reportTo } from './problems';
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

/** What each file holds; undefined for one that is missing. */
export type Sources = Record<AssetName, Uint8Array | string | undefined>;

export interface CompiledData {
  /** What fails the build. */
  problems: Problem[];
  /** What does not. */
  warnings: Problem[];
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
      readFile(join(folder, name)).catch((error: NodeJS.ErrnoException) => {
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
  const report = (name: AssetName, list: Problem[]): Report => reportTo(list, `assets/${name}`);
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
      listAt(customersFile.raw, 'customers'),
      report('customers.private.json', problems),
    );
  const workers = routingFile && knownWorkers(routingFile);
  const routing =
    routingFile &&
    workers &&
    compileRouting(routingFile, workers, customers, report('routing.private.json', problems));
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
  const errors = problems.filter(({ severity }) => severity === 'error');
  return {
    problems: errors,
    warnings: problems.filter(({ severity }) => severity === 'warning'),
    assets: errors.length === 0 ? assets : new Map(),
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

function parse<S extends v.GenericSchema>(
  sources: Sources,
  name: AssetName,
  schema: S,
  lenient: S,
  problems: Problem[],
): ReadFile<v.InferOutput<S>> | undefined {
  const report = reportTo(problems, `assets/${name}`);
  const source = sources[name];
  if (source === undefined) {
    report([], 'is missing', 'create it: README.md shows the least it can hold');
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
  const result = v.safeParse(schema, raw);
  if (result.success) return { value: result.output, raw, isWhole: true };
  for (const issue of result.issues) {
    const { problem, fix } = splitMessage(issue.message);
    const keys = (issue.path ?? []).map(({ key }) => key as string | number);
    report(keys, problem, fix);
  }
  const saved = v.safeParse(lenient, raw);
  return saved.success ? { value: saved.output, raw, isWhole: false } : undefined;
}

/** `JSON.parse` takes the last of them without a word. */
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
              `is there twice, ${first === startLine + 1 ? 'both on line' : `on line ${first} and on line`} ${startLine + 1}`,
              'remove one of the two',
            );
          }
        },
      },
      { disallowComments: true },
    );
  } catch {
    // Too many brackets are open at once: the schema refuses what is so deep.
  }
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
  const what = first ? printParseErrorCode(first.error).replace(/(?<=[a-z])(?=[A-Z])/g, ' ') : 'Invalid text';
  return `${what} at ${placeOf(text, first?.offset ?? text.length)}`;
}

/** @returns the identities that may be named, those among them whose entry is wrong in some other way */
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
  for (const [index, customer] of customers.entries()) {
    const worker = customer?.worker;
    if (worker === undefined || known.has(worker)) continue;
    report(
      ['customers', index, 'worker'],
      `${JSON.stringify(worker)} is not among the workers of assets/routing.private.json`,
      'add the worker there, or correct the identity here',
    );
  }
}

function checkSize(name: AssetName, text: string, report: Report): void {
  const size = byteLength(text);
  if (size <= assetLimit) return;
  report(
    [],
    `would be an asset of ${(size / 1e6).toFixed(1)} MB; Twilio takes at most 10 MB`,
    name === 'customers.private.json'
      ? 'leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it'
      : 'make it smaller',
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
