import { CallbackError } from '../errors';
import type { Participant } from '../twilio/conversations';
import { markedWorkers, type RoutingMark } from './mark';
import { type Candidate, type PassedOver, type RoutePlan, routeRules } from './plan';

/** What assigning a worker does outside: requests to Twilio, or what stands for them in a test. */
export interface AssignEffects {
  /** `unknown` means that nobody can say now: availability is then left out of account altogether. */
  availability(worker: string): Promise<'available' | 'unavailable' | 'unknown'>;
  /** Puts a worker in. What it returns need not be true: the list decides who is in. */
  join(worker: string, mark: RoutingMark): Promise<JoinOutcome>;
  /** Everybody in the conversation. */
  list(): Promise<Participant[]>;
  remove(participantSid: string): Promise<void>;
  /** Waits a moment before a check is made again. @returns false when there is no time for that */
  pause(): Promise<boolean>;
}

/** What Twilio says of a worker who is to join: taken, in already, or refused. */
export type JoinOutcome = 'joined' | 'already_in' | Refusal;

/** Why Twilio did not take a worker. */
export interface Refusal {
  why: string;
  /** Whether it would refuse anybody: the conversation is closed. */
  forAll: boolean;
}

export interface Assignment {
  /** Who is in the conversation at the end; undefined when nobody is. */
  worker?: string;
  /** By which rule. */
  rule?: string;
  /** Why nobody got it. */
  reason?: 'no_candidate' | 'nobody_available' | 'all_refused' | 'conversation_closed';
  /** The rules and candidates that were tried before, in order. */
  passedOver: PassedOver[];
  /** What kept us from seeing whether another delivery added somebody too. */
  unchecked?: unknown;
}

/** So many candidates are asked about at once: a long pool of absent workers must not eat the time budget. */
const askedAtOnce = 5;

/**
 * Carries out a plan: the first candidate who is available and whom Twilio takes gets the conversation. Then whoever
 * else was added by another delivery of the same event, of this build or another, is removed.
 *
 * However many deliveries run at once, exactly one of the workers whom they add stays: each lists after it has added, and
 * removes only workers who come after another one in an order that all of them read from the list. The first in
 * that order is removed by nobody.
 *
 * @throws whatever `join` and `list` throw before anybody is in; then nothing further is tried
 */
export async function assign(plan: RoutePlan, effects: AssignEffects): Promise<Assignment> {
  const passedOver: PassedOver[] = [];
  const refused = new Map<string, string>();
  const isAway = availabilityOf(plan.candidates, effects);

  for (const [rank, { worker, rule, evenIfUnavailable }] of plan.candidates.entries()) {
    const earlier = refused.get(worker);
    if (earlier !== undefined) {
      passedOver.push({ rule, why: earlier });
      continue;
    }
    if (!evenIfUnavailable && (await isAway(rank))) {
      passedOver.push({ rule, why: 'unavailable' });
      continue;
    }
    const { refusal, ...outcome } = await tryWorker(effects, worker, { rank, rule });
    if (outcome.worker !== undefined) {
      return { passedOver: before(rule, [...plan.passedOver, ...passedOver]), ...outcome };
    }
    if (refusal?.forAll) {
      return { reason: 'conversation_closed', passedOver: inOrder([...plan.passedOver, ...passedOver]) };
    }
    const why = refusal?.why ?? 'not there after Twilio took the worker';
    refused.set(worker, why);
    passedOver.push({ rule, why });
  }
  const all = inOrder([...plan.passedOver, ...passedOver]);
  if (plan.candidates.length === 0) return { reason: 'no_candidate', passedOver: all };
  // Another delivery may have found somebody meanwhile.
  const { worker, rule } = await keepOne(effects);
  if (worker !== undefined) return { worker, ...(rule !== undefined && { rule }), passedOver: all };
  return { reason: refused.size > 0 ? 'all_refused' : 'nobody_available', passedOver: all };
}

/** How often a worker is added whom Twilio took, and who is not there then. */
const tries = 2;

/** Lets a worker join, and looks who is in: a refusal can be wrong, and so can a success. */
async function tryWorker(
  effects: AssignEffects,
  worker: string,
  mark: RoutingMark,
): Promise<Present & { refusal?: Refusal }> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await effects.join(worker, mark);
    const refusal = typeof outcome === 'object' ? outcome : undefined;
    let present = await keepOne(effects, worker);
    // Who was taken a moment ago may not be listed yet.
    if (present.worker === undefined && !present.unchecked && !refusal && (await effects.pause())) {
      present = await keepOne(effects, worker);
    }
    // Without a look, nobody else is tried after a refusal that may be wrong.
    if (present.unchecked && refusal) throw present.unchecked;
    const isIn = present.worker !== undefined || present.unchecked || outcome === 'already_in';
    if (isIn) return { worker, rule: mark.rule, ...present };
    if (refusal || attempt === tries) return refusal ? { refusal } : {};
  }
}

/** Who is in a conversation, as far as routing put somebody in. */
interface Present {
  worker?: string;
  rule?: string;
  /** What kept us from seeing it to the end. */
  unchecked?: unknown;
}

/** How often it is tried to see who else was added. */
const checks = 4;

/**
 * Leaves one of the workers whom routing added, and says who is in the conversation: what is removed is looked for
 * again.
 *
 * @param added who was just added; named before others when in the conversation, with no rule of its own
 * @param seen the participants, where they were just listed
 */
export async function keepOne(
  effects: Pick<AssignEffects, 'list' | 'remove' | 'pause'>,
  added?: string,
  seen?: Participant[],
): Promise<Present> {
  let participants = seen;
  let present: Present = {};
  for (let check = 1; ; check++) {
    try {
      participants ??= await effects.list();
      const [first, ...others] = markedWorkers(participants);
      const left = participants.filter(({ sid }) => !others.some((other) => other.sid === sid));
      const stays = added !== undefined && left.some(({ identity }) => identity === added);
      present = stays ? { worker: added } : first ? { worker: first.identity, rule: first.mark.rule } : {};
      if (others.length === 0) return present;
      for (const { sid } of others) await effects.remove(sid);
      if (check === checks) return present;
    } catch (unchecked) {
      if (!(unchecked instanceof CallbackError)) throw unchecked;
      // Somebody is in, which is what matters most; the next delivery looks again.
      if (check === checks || !(await effects.pause())) return { ...present, unchecked };
    }
    participants = undefined;
  }
}

/** Asks about several candidates ahead at once, each once; nobody counts as away while anybody's state is unknown. */
function availabilityOf(
  candidates: readonly Candidate[],
  effects: AssignEffects,
): (rank: number) => Promise<boolean> {
  const known = new Map<string, 'available' | 'unavailable'>();
  let ignoreAvailability = false;
  return async (rank) => {
    const worker = candidates[rank]?.worker ?? '';
    if (!ignoreAvailability && !known.has(worker)) {
      const open = candidates.slice(rank).filter((one) => !one.evenIfUnavailable && !known.has(one.worker));
      const next = [...new Set(open.map((one) => one.worker))].slice(0, askedAtOnce);
      const answers = await Promise.all(next.map((one) => effects.availability(one)));
      for (const [index, one] of next.entries()) {
        const answer = answers[index];
        if (answer === 'unknown' || answer === undefined) ignoreAvailability = true;
        else known.set(one, answer);
      }
    }
    return known.get(worker) === 'unavailable';
  };
}

function before(rule: string, passedOver: PassedOver[]): PassedOver[] {
  const end = indexOf(rule);
  return inOrder(passedOver.filter((entry) => indexOf(entry.rule) <= end));
}

function inOrder(passedOver: PassedOver[]): PassedOver[] {
  return passedOver.sort((a, b) => indexOf(a.rule) - indexOf(b.rule));
}

function indexOf(rule: string): number {
  return (routeRules as readonly string[]).indexOf(rule);
}
