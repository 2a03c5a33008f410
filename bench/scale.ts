import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { buildSync } from 'esbuild';
import { makeCustomersFiles, packLimits } from '../build/data/pack/customers-asset';
import type { Deployment } from './instances';
import { busiest, madeUpCustomers, workersOf } from './made-up-customers';
import type { LookupOrder, LookupTimes } from './scale-lookups';
import { type Spread, spread, type Timing, Timings } from './stats';

interface Build {
  seconds: number;
  memory: number;
}

/** How the customers are deployed: as the build does it, or, for comparison, always as one JSON asset. */
type Form = 'built' | 'json';

export interface ScalePoint {
  customers: number;
  form: Form;
  /** Of the customers' assets. */
  files: number;
  megabytes: number;
  /** Of a build in a process of its own: the processor's time, and the most memory in megabytes. */
  build?: Build;
  /** The processor's time to the first answer, in milliseconds, compared to an empty function. */
  coldStart: Timing;
  /** Megabytes more than an empty function's process: after the first answer, 30,000 lookups, and 30,000 answers. */
  memory: { first: Spread; lookups: Spread; answers: Spread };
  /** In microseconds of the processor. */
  open: Spread;
  firstLookup: Spread;
  /** The same once warm, by what is looked up. */
  lookups: Record<string, Spread>;
}

export interface ScalePlan {
  counts: readonly number[];
  rounds: number;
}

/** How many cards an instance answers before its memory is measured again. */
const answers = 30_000;

/** Up to here, the customers are also measured as one JSON asset, though Twilio takes no more than 10 MB. */
const mostInJson = 40_000;

/** How many processes go on after the first answer, and how often lookups are measured in each. */
const memoryRounds = 3;
const passes = 3;

/** Builds, deploys and asks for customers in growing numbers. */
export async function measureScale(
  root: string,
  deployment: Deployment,
  { counts, rounds }: ScalePlan,
): Promise<ScalePoint[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-scale-'));
  const bundle = join(folder, 'lookups.cjs');
  const entryPoints = [join(__dirname, 'scale-lookups.ts')];
  buildSync({ entryPoints, bundle: true, platform: 'node', target: 'node20', outfile: bundle });
  const points: ScalePoint[] = [];
  try {
    for (const count of counts) {
      const project = join(folder, `project-${count}`);
      const build = await buildIn(project, root, count);
      const built = join(project, 'dist/assets');
      points.push({
        ...(await measurePoint(deployment, bundle, built, count, rounds)),
        form: 'built',
        build,
      });
      rmSync(project, { recursive: true, force: true });
      if (count > mostInJson) continue;
      const json = join(folder, `json-${count}`);
      mkdirSync(json);
      const { text } = makeCustomersFiles(madeUpCustomers(count), { ...packLimits, packAbove: Infinity });
      writeFileSync(join(json, 'customers.private.json'), text);
      points.push({ ...(await measurePoint(deployment, bundle, json, count, rounds)), form: 'json' });
      rmSync(json, { recursive: true, force: true });
    }
    return points;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function buildIn(project: string, root: string, count: number): Promise<Build> {
  mkdirSync(join(project, 'assets'), { recursive: true });
  for (const part of ['functions', 'lib', 'node_modules', 'package.json']) {
    symlinkSync(join(root, part), join(project, part));
  }
  await pipeline(
    Readable.from(sourceOf(count)),
    createWriteStream(join(project, 'assets/customers.private.json')),
  );
  const { proxyAddresses } = JSON.parse(readFileSync(join(root, 'assets/routing.private.json'), 'utf8'));
  const routing = {
    defaultCountry: 'US',
    workers: workersOf(count).map((identity) => ({ identity })),
    proxyAddresses: { defaults: proxyAddresses.defaults },
    routing: { defaultWorker: busiest.identity },
  };
  writeFileSync(join(project, 'assets/routing.private.json'), JSON.stringify(routing));
  writeFileSync(join(project, 'assets/templates.private.json'), '{"categories":[]}');
  const child = fork(join(__dirname, 'scale-build.ts'), [project], {
    execArgv: ['--import', 'tsx'],
  });
  let built: Build | undefined;
  child.once('message', (message) => {
    built = message as Build;
  });
  await once(child, 'exit');
  if (!built) throw new Error(`The build of ${count} customers failed.`);
  return built;
}

/** The customers as people write them. */
function* sourceOf(count: number): Generator<string> {
  yield '{"customers":[\n';
  let isFirst = true;
  for (const { country, links, channels, ...card } of madeUpCustomers(count)) {
    const written = { ...card, channels: channels.map(({ key, ...channel }) => channel) };
    yield `${isFirst ? '' : ',\n'}${JSON.stringify(written)}`;
    isFirst = false;
  }
  yield '\n]}\n';
}

async function measurePoint(
  deployment: Deployment,
  bundle: string,
  folder: string,
  customers: number,
  rounds: number,
): Promise<Omit<ScalePoint, 'form'>> {
  const assets = deployment.deployAssets(folder);
  const cold = new Timings();
  const [open, firstLookup, memory]: [number[], number[], Record<'first' | 'lookups' | 'answers', number[]>] =
    [[], [], { first: [], lookups: [], answers: [] }];
  const lookups: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    // An empty function before each one, so that the machine's load affects both equally.
    const calls = round < memoryRounds ? answers : 0;
    const among = { customers, calls };
    const [empty, own] = [
      await deployment.askAmong(undefined, among),
      await deployment.askAmong(assets, among),
    ];
    cold.add('cold', own.cpu, empty.cpu);
    memory.first.push(own.rss - empty.rss);
    if (calls > 0) memory.answers.push(own.rssLater - empty.rssLater);
    const order = {
      folder,
      customers,
      first: (round * 7_919) % customers,
      passes: round < memoryRounds ? passes : 0,
    };
    const times = lookUp(bundle, order);
    open.push(times.open);
    firstLookup.push(times.first);
    if (times.memory !== undefined) memory.lookups.push(times.memory - emptyScript());
    for (const [name, values] of Object.entries(times.warm))
      lookups[name] = [...(lookups[name] ?? []), ...values];
  }
  const sizes = readdirSync(folder)
    .filter((name) => name.startsWith('customers'))
    .map((name) => statSync(join(folder, name)).size);
  return {
    customers,
    files: sizes.length,
    megabytes: sizes.reduce((sum, size) => sum + size, 0) / 1e6,
    coldStart: cold.get('cold'),
    memory: {
      first: spread(memory.first),
      lookups: spread(memory.lookups),
      answers: spread(memory.answers),
    },
    open: spread(open),
    firstLookup: spread(firstLookup),
    lookups: Object.fromEntries(Object.entries(lookups).map(([name, values]) => [name, spread(values)])),
  };
}

function lookUp(bundle: string, order: LookupOrder): LookupTimes {
  const output = execFileSync(process.execPath, [bundle, JSON.stringify(order)], { encoding: 'utf8' });
  return JSON.parse(output) as LookupTimes;
}

/** @returns the megabytes of a process that does nothing */
function emptyScript(): number {
  const script = 'console.log(process.memoryUsage.rss())';
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) / 1e6;
}
