import { describeFault, type Fault } from './faults';
import { isSuccess, judgeAnswer, judgeEnd, type Problem } from './judge';
import { type Circumstances, type Heard, World } from './world';

/** How somebody with a key asks again: after so many milliseconds each time, or when the answer says so. */
export type Caller = number | 'follows' | 'two at once' | 'impatient';

export interface Plan extends Circumstances {
  name: string;
  request: Readonly<Record<string, unknown>>;
  faults: readonly Fault[];
  /** Undefined for one request without a key. */
  caller: Caller | undefined;
  /** What is there already; it returns the SIDs. */
  before?(world: World): Set<string>;
  /** What somebody does to it between the first answer and the next request. */
  between?(world: World): void;
  /** Refusals in which it may end, by their codes. */
  mayRefuse?: (code: string) => boolean;
}

export interface Judged {
  plan: Plan;
  /** The requests to Twilio, and how many of them the first instance made. */
  steps: readonly string[];
  firstSteps: number;
  problems: Problem[];
  log: readonly string[];
}

/** So long after the last fault a result is due, in milliseconds. */
const patienceMs = 120_000;
/** After this long the last late effect has taken place, in milliseconds. */
const settledMs = 20_000;
const key = 'order-7';

/** Carries a plan out on a virtual clock and judges it. */
export async function carryOut(plan: Plan): Promise<Judged> {
  const world = new World(plan);
  const before = plan.before?.(world) ?? new Set<string>();
  const { heard, last } = await world.clock.run(play(world, plan));
  const end = last ? [...heard, last] : heard;
  const promised = {
    isResult: isResultDue(plan),
    mayRefuse: plan.mayRefuse ?? (() => false),
    isTouched: plan.between !== undefined,
    before,
  };
  const answers = heard.flatMap((one) => judgeAnswer(one, world.twilio, before));
  const problems = [...answers, ...judgeEnd(world.twilio, end, promised)];
  return {
    plan,
    steps: world.steps,
    firstSteps: heard[0]?.requests ?? 0,
    problems,
    log: problems.length > 0 ? world.log() : [],
  };
}

/** Who asks when the answer says gets a result too, unless a fault outlasts the asking. */
function isResultDue({ caller, faults }: Plan): boolean {
  if (caller !== 'follows') return caller !== undefined;
  return faults.length < 2 && faults.every(({ lasts }) => lasts === 'once');
}

interface Played {
  heard: Heard[];
  /** The one that counts at the end. */
  last: Heard | undefined;
}

async function play(world: World, plan: Plan): Promise<Played> {
  const { caller, request, between } = plan;
  if (caller === undefined) {
    const heard = [await world.call(request)];
    between?.(world);
    await world.clock.sleep(settledMs);
    return { heard, last: undefined };
  }
  const body = { ...request, idempotencyKey: key };
  const heard = await askAs(caller, world, body, between);
  await world.clock.sleep(settledMs);
  // Whoever asks once more gets the same result.
  const last = heard.some(isSuccess) ? (await persist(world, body, 2_000)).at(-1) : undefined;
  return { heard, last };
}

async function askAs(caller: Caller, world: World, body: Record<string, unknown>, between?: Plan['between']) {
  if (caller === 'follows') return follow(world, body, between);
  if (caller === 'two at once') {
    const both = [persist(world, body, 2_000, between), persist(world, body, 2_000)];
    return (await Promise.all(both)).flat();
  }
  if (caller === 'impatient') {
    // Does not wait for answers; in the end it does.
    const calls = [0, 3_000, 6_000, 9_000].map(async (ms) => {
      await world.clock.sleep(ms);
      return world.call(body);
    });
    const heard = await Promise.all(calls);
    return [...heard, ...(await persist(world, body, 2_000, between))];
  }
  return persist(world, body, caller, between);
}

/** Asks until there is a result, or none has come for too long. */
function persist(
  world: World,
  body: Record<string, unknown>,
  pauseMs: number,
  between?: Plan['between'],
): Promise<Heard[]> {
  return askAgain(world, body, between, (_answer, asked) => {
    if (world.clock.now() > world.lastFaultAt + patienceMs) return undefined;
    // Nobody asks at once for ever.
    const isHasty = pauseMs === 0 && asked <= 3;
    return isHasty ? 0 : Math.max(2_000, pauseMs) + 500 * Math.floor(asked / 10);
  });
}

/** Asks again when the answer says, 8 times at most. */
function follow(world: World, body: Record<string, unknown>, between?: Plan['between']): Promise<Heard[]> {
  return askAgain(world, body, between, (answer, asked) =>
    asked > 8 ? undefined : 1_000 * (Number(answer.body.retryAfter) || 2),
  );
}

/** @param pauseAfter how long to wait before the next request, in milliseconds; undefined to give up */
async function askAgain(
  world: World,
  body: Record<string, unknown>,
  between: Plan['between'],
  pauseAfter: (answer: Heard, asked: number) => number | undefined,
): Promise<Heard[]> {
  const heard: Heard[] = [];
  for (;;) {
    const answer = await world.call(body);
    heard.push(answer);
    if (heard.length === 1) between?.(world);
    const pause = asksAgain(answer) ? pauseAfter(answer, heard.length) : undefined;
    if (pause === undefined) return heard;
    await world.clock.sleep(pause);
  }
}

/** @returns whether it is worth asking again with the same key */
export function asksAgain({ status, body }: Heard): boolean {
  return status === undefined || status >= 500 || status === 429 || body.code === 'in_progress';
}

/** @returns a run in words, with what is wrong and what happened */
export function report({ plan, problems, log }: Judged): string {
  const { name, faults, caller, request } = plan;
  return [
    `${name}: ${request.channel}, ${caller === undefined ? 'no key' : `key, caller ${caller}`}`,
    ...faults.map((fault) => `  fault: ${describeFault(fault)}`),
    ...problems.map(({ wrong, why }) => `  ${wrong}: ${why}`),
    ...log.map((line) => `    ${line}`),
  ].join('\n');
}
