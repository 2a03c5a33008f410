import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as v from 'valibot';
import { customerDetailsAnswer, frontlineAnswerLimit } from '../../lib/core/customer-list';
import { byteLength } from '../../lib/core/text';
import type { CustomersAsset, Routing, TemplatesAsset } from '../../lib/data/types';
import { compileCustomers } from './customers';
import { formatPath, type Problem } from './problems';
import { compileRouting } from './routing';
import { sources as exactSources, lenientSources, splitMessage } from './schema';
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
    customersFile && compileCustomers(customersFile, report('customers.private.json', problems));
  const routing =
    routingFile && compileRouting(routingFile, customers, report('routing.private.json', problems));
  if (customers && routingFile) {
    checkOwners(
      customersFile?.customers ?? [],
      routingFile.workers,
      report('customers.private.json', problems),
    );
  }
  const templates =
    templatesFile &&
    compileTemplates(templatesFile, customers?.customers, report('templates.private.json', problems));
  const order = (problem: Problem): number => assetNames.findIndex((name) => problem.file.endsWith(name));
  problems.sort((a, b) => order(a) - order(b));

  const assets = new Map<AssetName, string>();
  if (problems.length === 0 && customers && routing && templates) {
    const built: [AssetName, CustomersAsset | Routing | TemplatesAsset][] = [
      ['customers.private.json', customers.build(routing.assigned)],
      ['routing.private.json', routing.asset],
      ['templates.private.json', templates],
    ];
    for (const [name, asset] of built) {
      const text = JSON.stringify(asset);
      checkSize(name, text, report(name, problems));
      assets.set(name, text);
    }
    checkCards(customers.build(routing.assigned), report('customers.private.json', problems));
  }
  return {
    problems,
    assets: problems.length === 0 ? assets : new Map(),
    counts: {
      customers: customersFile?.customers.length ?? 0,
      workers: routingFile?.workers.length ?? 0,
      templates: (templatesFile?.categories ?? []).reduce(
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

function parse<S extends v.GenericSchema>(
  sources: Sources,
  name: AssetName,
  schema: S,
  lenient: S,
  problems: Problem[],
): v.InferOutput<S> | undefined {
  const say = report(name, problems);
  const text = sources[name];
  if (text === undefined) {
    say([], 'is missing', 'create it: README.md shows the least it can hold');
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    say([], `is not JSON: ${describeSyntaxError(text)}`, 'correct it there; an editor shows the place');
    return undefined;
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  for (const issue of result.issues) {
    const { problem, cure } = splitMessage(issue.message);
    const keys = (issue.path ?? []).map(({ key }) => key);
    problems.push({ file: `assets/${name}`, path: formatPath(keys), problem, cure });
  }
  const saved = v.safeParse(lenient, value);
  return saved.success ? saved.output : undefined;
}

/** `JSON.parse` no longer says where. */
function describeSyntaxError(text: string): string {
  const errors: ParseError[] = [];
  parseTree(text, errors, { disallowComments: true });
  const [first] = errors;
  const before = text.slice(0, first?.offset ?? text.length).split('\n');
  const what = first ? printParseErrorCode(first.error).replace(/(?<=[a-z])(?=[A-Z])/g, ' ') : 'Invalid text';
  return `${what} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function checkOwners(
  customers: readonly ({ worker?: string | undefined } | undefined)[],
  workers: readonly ({ identity: string } | undefined)[],
  say: Report,
): void {
  const known = new Set(workers.map((worker) => worker?.identity));
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

function checkCards(asset: CustomersAsset, say: Report): void {
  for (const customer of asset.customers) {
    const size = byteLength(JSON.stringify(customerDetailsAnswer(customer)));
    if (size <= frontlineAnswerLimit) continue;
    say(
      ['customers'],
      `the card of customer ${JSON.stringify(customer.customer_id)} has ${Math.ceil(size / 1024)} KB; Frontline reads at most 64 KB`,
      'shorten its details or links',
    );
  }
}
