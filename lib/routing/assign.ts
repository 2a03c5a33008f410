import { CallbackError } from '../errors';
import type { Participant } from '../twilio/conversations';
import { markedWorkers, type RoutingMark } from './mark';
import { type Candidate, type PassedOver, type RoutePlan, routeRules } from './plan';

/** What assigning a worker does outside: requests to Twilio, or what stands for them in a test. */
export interface AssignEffects {
  /** `unknown` means that nobody can say now: availability is then left out of account altogether. */
  availability(worker: string): Promise<'available' | 'unavailable' | 'unknown'>;
  /** @returns undefined once the worker is in, or what Twilio has against this worker */
  join(worker: string, mark: RoutingMark): Promise<Refusal | undefined>;
  /** Everybody in the conversation. */
  list(): Promise<Participant[]>;
  remove(participantSid: string): Promise<void>;
  /** Waits a moment before a check is made again. @returns false when there is no time for that */
  pause(): Promise<boolean>;
}

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
    const refusal = await effects.join(worker, { rank, rule });
    // A refusal can be wrong, and another delivery can have been faster: who is in decides, before anybody else is tried.
    const participants = refusal && (await effects.list());
    const isIn = participants?.some(({ identity }) => identity === worker) ?? true;
    if (isIn || (participants && markedWorkers(participants).length > 0)) {
      const tried = before(rule, [...plan.passedOver, ...passedOver]);
      return { passedOver: tried, ...(await keepOne(effects, { worker, rule }, participants)) };
    }
    if (refusal?.forAll) {
      return { reason: 'conversation_closed', passedOver: inOrder([...plan.passedOver, ...passedOver]) };
    }
    refused.set(worker, refusal?.why ?? '');
    passedOver.push({ rule, why: refusal?.why ?? '' });
  }
  const reason =
    plan.candidates.length === 0 ? 'no_candidate' : refused.size > 0 ? 'all_refused' : 'nobody_available';
  return { reason, passedOver: inOrder([...plan.passedOver, ...passedOver]) };
}

/** How often it is tried to see who else was added. */
const checks = 3;

/**
 * Leaves one of the workers whom routing added, and says who is in the conversation.
 *
 * @param added who was just added, as far as this delivery knows
 * @param seen the participants, where they were just listed
 */
export async function keepOne(
  effects: Pick<AssignEffects, 'list' | 'remove' | 'pause'>,
  added: { worker: string; rule: string },
  seen?: Participant[],
): Promise<Pick<Assignment, 'worker' | 'rule' | 'unchecked'>> {
  let participants = seen;
  for (let check = 1; ; check++) {
    try {
      participants ??= await effects.list();
      const [first, ...others] = markedWorkers(participants);
      for (const { sid } of others) await effects.remove(sid);
      const left = participants.filter(({ sid }) => !others.some((other) => other.sid === sid));
      const stays = !first || left.some(({ identity }) => identity === added.worker);
      return stays ? added : { worker: first.identity, rule: first.mark.rule };
    } catch (unchecked) {
      if (!(unchecked instanceof CallbackError)) throw unchecked;
      // Somebody is in, which is what matters most; the next delivery looks again.
      if (check === checks || !(await effects.pause())) return { ...added, unchecked };
      participants = undefined;
    }
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
