import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buildProject } from '../build/build-project';
import { projectFolder } from '../cli/project-folder';
import { timeConsole } from './console';
import { drawGrowth } from './draw-growth';
import { callbacks, Deployment, empty, type WarmPlan } from './instances';
import { measureMemory } from './memory';
import { measureRates } from './rates';
import { type FunctionTimes, type Results, tables, targets } from './report';
import { measureScale, type ScalePlan } from './scale';
import { spread, Timings } from './stats';
import { timeThroughput } from './throughput';

/** How often everything is measured. */
interface Plan {
  coldRounds: number;
  warm: WarmPlan;
  scale: ScalePlan;
  /** The file for a picture of the growth, below the project's folder. */
  picture?: string;
  messages: number;
  console: { customers: number; burst: number };
  conversations: number;
}

const full: Plan = {
  coldRounds: 15,
  warm: { passes: 7, milliseconds: 100 },
  scale: { counts: [100, 1_000, 10_000, 40_000, 300_000, 1_000_000], rounds: 11 },
  picture: 'docs/scale-growth.svg',
  messages: 1_000,
  console: { customers: 40_000, burst: 500 },
  conversations: 4_500,
};
const quick: Plan = {
  coldRounds: 3,
  warm: { passes: 3, milliseconds: 30 },
  scale: { counts: [100, 40_000], rounds: 3 },
  messages: 200,
  console: { customers: 10_000, burst: 100 },
  conversations: 300,
};

/** Starts an empty function before each start, so that the machine's load affects both equally. */
async function measureColdStarts(deployment: Deployment, rounds: number): Promise<Results['coldStart']> {
  const timings = new Timings();
  const bases: number[] = [];
  for (const one of [empty, ...callbacks]) await deployment.coldStart(one);
  for (let round = 0; round < rounds; round++) {
    for (const one of callbacks) {
      const base = await deployment.coldStart(empty);
      bases.push(base);
      timings.add(one.name, await deployment.coldStart(one), base);
    }
  }
  const functions = callbacks.map(({ name, callsTwilio }): FunctionTimes => {
    const { time, ratio } = timings.get(name);
    const target = callsTwilio ? {} : { met: ratio.median <= targets.coldStartRatio };
    return { name, callsTwilio, time, ratio, ...target };
  });
  return { rounds, empty: spread(bases), functions };
}

async function measureWarm(deployment: Deployment, plan: WarmPlan): Promise<Results['warm']> {
  const times = await deployment.warm(plan);
  const bases = times[empty.name] ?? [];
  const functions = callbacks.map(({ name, callsTwilio }): FunctionTimes => {
    const own = times[name] ?? [];
    const time = spread(own);
    const ratio = spread(own.map((value, pass) => value / (bases[pass] ?? 0)));
    return { name, callsTwilio, time, ratio, met: time.median < targets.warmMs };
  });
  return { passes: plan.passes, empty: spread(bases), functions };
}

async function measureAll(root: string, plan: Plan, report: (lines: string[]) => void): Promise<Results> {
  const processors = cpus();
  const machine = {
    node: process.version,
    processors: processors.length,
    model: processors[0]?.model ?? 'processor',
  };
  report(tables.machine(machine));
  const deployment = new Deployment(root);
  try {
    const coldStart = await measureColdStarts(deployment, plan.coldRounds);
    report(tables.coldStart(coldStart));
    const warm = await measureWarm(deployment, plan.warm);
    report(tables.warm(warm));
    const scale = await measureScale(root, deployment, plan.scale);
    report(tables.scale(scale));
    if (plan.picture) writeFileSync(join(root, plan.picture), drawGrowth(scale));
    const throughput = await timeThroughput(root, plan.messages);
    report(tables.throughput(throughput));
    const console = await timeConsole(root, plan.console.customers, plan.console.burst);
    report(tables.console(console));
    const memory = await measureMemory(root, plan.conversations);
    report(tables.memory(memory));
    return { machine, coldStart, warm, scale, throughput, console, memory };
  } finally {
    deployment.remove();
  }
}

/**
 * Builds the project, and measures it.
 *
 * @param report gets each table as soon as it is complete
 */
export async function measure(
  what: 'scale' | undefined,
  isQuick: boolean,
  report: (lines: string[]) => void,
): Promise<unknown> {
  const root = projectFolder;
  const build = await buildProject(root);
  if (!build.ok) throw new Error(build.report);
  if (what === 'scale') return measureRates(root, isQuick, report);
  return measureAll(root, isQuick ? quick : full, report);
}
