import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionReset, type WireFault } from '../../simulator/twilio/http/faults';
import type { RestHandler } from '../../simulator/twilio/http/proxy';
import { deployedRuntime } from '../support/process-runtimes';
import type { Running } from '../support/runtime';
import { realClock } from './clock';
import { type Answer, type Asked, patternOf, refused } from './http';
import { isSuccess, judgeAnswer, judgeEnd, type Problem } from './judge';
import { asksAgain } from './run';
import { agent, apiKey, assets, requests } from './setting';
import { StandIn } from './stand-in';
import type { Heard } from './world';

type Spoiled = Partial<Awaited<ReturnType<RestHandler['handle']>>> | 'reset' | 'hang' | 'kill';

/** Over the wire, an answer can be spoiled in ways that have no name above HTTP. */
const spoilings: Record<string, Spoiled> = {
  cut: { wire: { cut: 7 } },
  'cut by a reset': { wire: { cut: 7, end: 'RST' } },
  'cut in the headers': { wire: { cut: 20, in: 'headers' } },
  'too long a length': { wire: { contentLength: 40 } },
  drip: { wire: { drip: 1_000 } },
  empty: { body: '' },
  garbage: { body: '<html>OK</html>' },
  '500': refused(500, 20500, 'An internal server error has occurred') as Spoiled,
  '503': { status: 503, body: '<html><h1>503 Service Unavailable</h1></html>' },
  '408': refused(408, 20408, 'Request Timeout') as Spoiled,
  reset: 'reset',
  hang: 'hang',
  kill: 'kill',
};

interface Trial {
  step: string;
  from: number;
  how: string;
  /** Milliseconds after its arrival, or never. */
  effect: number | undefined;
}

/** What a call that does not end in an answer waits for, on Sync's clock: no test can wait that long. */
const jumpMs = 40_000;
const request = { ...requests.sms, worker: agent, idempotencyKey: 'order-7' };

let running: Running;
let twilio: StandIn;
let trial: Trial | undefined;
let met: number;
let steps: string[];

beforeAll(async () => {
  begin();
  const { workspaceSid, workflowSid, queueSid } = twilio.flex;
  running = await deployedRuntime.start({
    assets,
    env: {
      OUTBOUND_API_KEY: apiKey,
      FLEX_WORKSPACE_SID: workspaceSid,
      FLEX_WORKFLOW_SID: workflowSid,
      FLEX_QUEUE_SID: queueSid,
    },
  });
  // The runtime's proxy asks this object: the stand-in takes its place.
  running.twilio.handle = handle;
});
afterAll(() => running.stop());

/** Begins with a Twilio in which nothing has happened. */
function begin(): void {
  twilio = new StandIn(realClock());
  twilio.flex.addWorker(agent);
  trial = undefined;
  met = 0;
  steps = [];
}

async function handle(asked: Asked): Promise<Answer & { wire?: WireFault }> {
  const step = patternOf(asked);
  steps.push(step);
  if (step !== trial?.step || met++ !== trial.from) return twilio.handle(asked);
  const { how, effect } = trial;
  const mine = twilio;
  const truth = effect === 0 ? mine.handle(asked) : undefined;
  if (effect) setTimeout(() => mine.handle(asked), effect);
  const spoiled = spoilings[how];
  if (spoiled === 'reset') throw new ConnectionReset();
  if (spoiled === 'kill') process.kill(running.pid ?? 0, 'SIGKILL');
  if (typeof spoiled !== 'object') return new Promise(() => {});
  const plausible = {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: { sid: 'nothing' },
  };
  return { ...plausible, ...truth, ...spoiled } as Answer & { wire?: WireFault };
}

async function call(): Promise<Heard> {
  const at = performance.now();
  const before = steps.length;
  const facts = () => ({ at, ms: performance.now() - at, requests: steps.length - before });
  try {
    const headers = { authorization: `Bearer ${apiKey}` };
    const {
      status,
      body,
      headers: sent,
    } = await running.call('/flex/outbound-message', {}, { json: request, headers });
    return { status, body: body as Heard['body'], headers: sent, ...facts() };
  } catch {
    // Its process has died.
    return { status: undefined, body: {}, headers: {}, ...facts() };
  }
}

async function carryOut(one: Trial): Promise<Problem[]> {
  begin();
  trial = one;
  const heard = [await call()];
  // The second request comes at once, later ones after the time that settles what is in doubt.
  for (let last = heard[0]; last && asksAgain(last) && heard.length < 7; heard.push(last)) {
    if (heard.length > 1) {
      await sleep(one.effect ?? 0);
      twilio.ground.nature.aheadMs += jumpMs;
    }
    last = await call();
  }
  await sleep(one.effect ?? 0);
  if (heard.some(isSuccess)) heard.push(await call());
  const promised = { isResult: true, mayRefuse: () => false, isTouched: false, before: new Set<string>() };
  return [
    ...heard.flatMap((each) => judgeAnswer(each, twilio, promised.before)),
    ...judgeEnd(twilio, heard, promised),
  ];
}

/** Each sort of fault once for each effect, spread over the requests that change something. */
function chooseTrials(writes: readonly string[]): Trial[] {
  const kinds = Object.keys(spoilings).flatMap((how) =>
    [undefined, 0, 800].map((effect) => ({ how, effect })),
  );
  // Each takes some seconds: every other one will do.
  return kinds
    .filter((_kind, index) => index % 2 === 0)
    .map(({ how, effect }, index) => {
      const at = index % writes.length;
      const step = writes[at] ?? '';
      return { step, from: writes.slice(0, at).filter((other) => other === step).length, how, effect };
    });
}

it('an outbound start over real sockets ends in one message and one interaction', async () => {
  const first = await call();
  expect([first.status, twilio.unknown]).toEqual([201, []]);
  const trials = chooseTrials(steps.filter((step) => !step.startsWith('GET')));
  const failed: object[] = [];
  for (const one of trials) {
    const problems = await carryOut(one);
    if (problems.length > 0) failed.push({ ...one, problems, steps });
  }
  process.stdout.write(`outbound faults over HTTP: ${trials.length} runs, ${failed.length} failures\n`);
  expect(failed.slice(0, 5)).toEqual([]);
}, 600_000);
