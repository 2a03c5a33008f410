import { type Fault, falseDenials, readFaults, writeFaults } from './faults';
import { type Caller, carryOut, type Plan } from './run';
import { World } from './world';

/** How callers ask again; `undefined` is one request without a key. */
export const callers: (Caller | undefined)[] = [0, 2_000, 20_000, 35_000, 'follows', undefined];

/** How long a fault lasts that does not strike once, in milliseconds. */
const lastingMs = 25_000;

interface Step {
  step: string;
  /** How many of the kind came before it. */
  from: number;
  isRead: boolean;
}

type Setting = Pick<Plan, 'request' | 'before'>;

/** @returns every request to Twilio that is made where nothing goes wrong */
async function discoverSteps({ request, before }: Setting, hasKey: boolean): Promise<Step[]> {
  const world = new World();
  before?.(world);
  const body = hasKey ? { ...request, idempotencyKey: 'order-7' } : request;
  const { status, body: answer } = await world.clock.run(world.call(body));
  if (status === undefined || status >= 500)
    throw new Error(`nothing went wrong, and yet ${JSON.stringify(answer)}`);
  const met = new Map<string, number>();
  return world.steps.map((step) => {
    const from = met.get(step) ?? 0;
    met.set(step, from + 1);
    return { step, from, isRead: step.startsWith('GET') };
  });
}

/** Polls are alike: one that comes in a row with others of its kind stands for all. */
const oneOfEach = (steps: Step[]): Step[] => steps.filter(({ from, isRead }) => from === 0 || !isRead);

/** @returns every step with every fault, once and for a while, for each caller */
export async function explore(
  name: string,
  setting: Setting,
  whom: readonly (Caller | undefined)[],
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const caller of whom) {
    for (const { step, from, isRead } of oneOfEach(await discoverSteps(setting, caller !== undefined))) {
      for (const kind of isRead ? readFaults : writeFaults) {
        const mayRefuse = refusals(kind.spoiling);
        plans.push({ name, ...setting, caller, mayRefuse, faults: [{ step, from, lasts: 'once', ...kind }] });
        if (from > 0) continue;
        plans.push({
          name,
          ...setting,
          caller,
          mayRefuse,
          faults: [{ step, from, lasts: lastingMs, ...kind }],
        });
      }
    }
  }
  return plans;
}

/** @returns every step that Twilio says it refused, though it is done */
export async function exploreFalseDenials(setting: Setting): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const caller of callers) {
    const steps = await discoverSteps(setting, caller !== undefined);
    for (const { step, from } of steps.filter(({ isRead }) => !isRead)) {
      for (const kind of falseDenials) {
        const faults: Fault[] = [{ step, from, lasts: 'once', ...kind }];
        plans.push({ name: 'false denial', ...setting, caller, mayRefuse: refusals(kind.spoiling), faults });
      }
    }
  }
  return plans;
}

/** @returns an instance's death before and after every request */
export async function exploreKills(
  name: string,
  setting: Setting,
  more: Partial<Plan> = {},
): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const caller of callers) {
    const steps = await discoverSteps(setting, caller !== undefined);
    for (const { step, from } of steps) {
      for (const effect of ['none', 0] as const) {
        const faults: Fault[] = [{ step, from, lasts: 'once', spoiling: 'kill', effect }];
        plans.push({ name, ...setting, caller, faults, ...more });
      }
    }
  }
  return plans;
}

/** What Twilio itself refuses for good may be the end. */
const refusals = (spoiling: string) => () => spoiling === '400' || spoiling === '404';

/** Faults after which nobody knows what was done, one of each sort. */
const uncertain: Pick<Fault, 'spoiling' | 'effect'>[] = [
  { spoiling: 'hang', effect: 'none' },
  { spoiling: 'empty', effect: 0 },
  { spoiling: 'reset', effect: 500 },
  { spoiling: '500', effect: 2_000 },
  { spoiling: '503', effect: 8_000 },
  { spoiling: 'kill', effect: 'none' },
  { spoiling: 'kill', effect: 0 },
];

/** @returns every step that changes something with one fault of each sort */
export async function exploreWrites(
  name: string,
  setting: Setting,
  whom: readonly Caller[],
  more: Partial<Plan> = {},
) {
  const steps = (await discoverSteps(setting, true)).filter(({ isRead }) => !isRead);
  return whom.flatMap((caller) =>
    steps.flatMap(({ step, from }) =>
      uncertain.map((kind): Plan => {
        return { name, ...setting, caller, faults: [{ step, from, lasts: 'once', ...kind }], ...more };
      }),
    ),
  );
}

/** @returns a first message that gets no answer and was not sent, and a refusal when it is sent again, much later */
export async function exploreLateRefusals(
  name: string,
  setting: Setting,
  whom: readonly Caller[],
  more: Partial<Plan> = {},
): Promise<Plan[]> {
  const steps = (await discoverSteps(setting, true)).filter(({ step }) => /^POST .*\/Messages$/.test(step));
  return steps.flatMap(({ step, from }) =>
    whom.map((caller) => {
      const lost: Fault = { step, from, lasts: 'once', spoiling: 'hang', effect: 'none' };
      const refused: Fault = { step, from: from + 1, lasts: 'once', spoiling: '400', effect: 'none' };
      return { name, ...setting, caller, mayRefuse: refusals('400'), faults: [lost, refused], ...more };
    }),
  );
}

/** @returns faults that meet the requests by which an earlier fault is recovered from */
export async function exploreRecovery(setting: Setting): Promise<Plan[]> {
  const plans: Plan[] = [];
  for (const plan of await exploreWrites('second fault', setting, [2_000, 35_000])) {
    const { steps, firstSteps } = await carryOut(plan);
    const begin = Math.max(firstSteps, 1);
    for (const [index, step] of steps.slice(0, begin + 14).entries()) {
      if (index < begin) continue;
      const from = steps.slice(0, index).filter((one) => one === step).length;
      const kinds = step.startsWith('GET') ? uncertain.filter(({ effect }) => effect === 'none') : uncertain;
      for (const kind of kinds) {
        plans.push({ ...plan, faults: [...plan.faults, { step, from, lasts: 'once', ...kind }] });
      }
    }
  }
  return plans;
}

/**
 * Takes half as many as given, spread evenly and the same ones each time.
 *
 * @param twice all of them where the environment variable `OUTBOUND_FAULTS` is `all`
 */
export function spread<T>(items: readonly T[], twice: number): T[] {
  const most = Math.ceil(twice / 2);
  if (items.length <= most || process.env.OUTBOUND_FAULTS === 'all') return [...items];
  // A step that shares no factor with the lists' lengths meets each kind of each.
  return Array.from({ length: most }, (_none, index) => items[(index * 7_919) % items.length] as T);
}
