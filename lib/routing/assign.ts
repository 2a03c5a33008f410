import { CallbackError, type TwilioRefused } from '../errors';
import { parseAttributes } from '../text';
import { type TwilioApi, twilioCodes } from '../twilio/api';
import {
  addWorker,
  type ConversationRef,
  giveProjectedParticipant,
  listParticipants,
  type Participant,
} from '../twilio/conversations';
import { type Candidate, type PassedOver, type RoutePlan, routeRules } from './plan';

/** What assigning a worker needs from outside: requests to Twilio, or their replacements in tests. */
export interface AssignEffects {
  /** @returns `unknown` when it cannot be told right now; then no further worker is asked about */
  availability(worker: string): Promise<'available' | 'unavailable' | 'unknown'>;
  /** Adds a worker. What it returns can be wrong: the list decides who is in. */
  join(worker: string, mark: RoutingMark): Promise<JoinOutcome>;
  /** @returns everybody in the conversation */
  list(): Promise<Participant[]>;
  remove(participantSid: string): Promise<void>;
  /** Waits a moment before the next check. @returns false when there is no time for that */
  pause(): Promise<boolean>;
}

/** What Twilio answers when a worker is added. */
export type JoinOutcome = 'joined' | 'already_in' | Refusal;

/** Why Twilio rejected a worker. */
export interface Refusal {
  why: string;
  /** Whether it would reject every worker: the conversation is closed. */
  forAll: boolean;
}

/** The result of routing a conversation. */
export interface Assignment {
  /** The identity of the worker who has the conversation; undefined when nobody has it. */
  worker?: string;
  /** The rule that named this worker. */
  rule?: string;
  /** Whether another delivery added this worker; not set where that cannot be told. */
  byAnother?: true;
  /** Why nobody has it. */
  reason?: 'no_candidate' | 'nobody_available' | 'all_refused' | 'conversation_closed';
  /** The rules and candidates that did not get it, in order. */
  passedOver: PassedOver[];
  /** The error that kept us from checking whether another delivery added somebody too. */
  unchecked?: unknown;
}

/** How many candidates are asked about at once: a long pool of absent workers must not use up the time budget. */
const askedAtOnce = 5;

/**
 * Carries out a plan: the first candidate who is available and whom Twilio accepts gets the conversation. Then workers
 * are removed who were added by other deliveries of the same event, of this build or another.
 *
 * However many deliveries run at once, exactly one of the workers whom they add stays. Each delivery lists the
 * participants after it has added its worker, and removes all marked workers but the first. All deliveries read the same
 * order from the list, so none of them removes the first one.
 *
 * @throws what `join` and `list` throw before anybody is in; then no further candidate is tried
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
      return { passedOver: upTo(rule, [...plan.passedOver, ...passedOver]), ...outcome };
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
  if (worker !== undefined) {
    return { worker, ...(rule !== undefined && { rule }), byAnother: true, passedOver: all };
  }
  return { reason: refused.size > 0 ? 'all_refused' : 'nobody_available', passedOver: all };
}

/** @returns who would get a conversation right now, unless Twilio rejects that worker, or why nobody would */
export async function previewAssignment(plan: RoutePlan, effects: AssignEffects): Promise<Assignment> {
  const isAway = availabilityOf(plan.candidates, effects);
  for (const [rank, { worker, rule, evenIfUnavailable }] of plan.candidates.entries()) {
    if (evenIfUnavailable || !(await isAway(rank))) return { worker, rule, passedOver: [] };
  }
  const reason = plan.candidates.length === 0 ? 'no_candidate' : 'nobody_available';
  return { reason, passedOver: [] };
}

/** How often a worker is added who is missing although Twilio accepted the add. */
const tries = 2;

/** Adds a worker and checks who is in: a rejection can be wrong, and so can a success. */
async function tryWorker(
  effects: AssignEffects,
  worker: string,
  mark: RoutingMark,
): Promise<Present & { refusal?: Refusal }> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await effects.join(worker, mark);
    const refusal = typeof outcome === 'object' ? outcome : undefined;
    let present = await keepOne(effects, worker);
    // A worker who was just added may not be listed yet.
    if (present.worker === undefined && !present.unchecked && !refusal && (await effects.pause())) {
      present = await keepOne(effects, worker);
    }
    // A rejection may be wrong: unless it could be checked, nobody else is tried.
    if (present.unchecked && refusal) throw present.unchecked;
    const isIn = present.worker !== undefined || present.unchecked || outcome === 'already_in';
    // After a try whose answer got lost, `already_in` can be our own doing.
    const isOther = outcome === 'already_in' || (present.worker ?? worker) !== worker;
    if (isIn) return { worker, rule: mark.rule, ...present, ...(isOther && { byAnother: true }) };
    if (refusal || attempt === tries) return refusal ? { refusal } : {};
  }
}

/** The worker in a conversation, as far as routing added one. */
interface Present {
  worker?: string;
  rule?: string;
  byAnother?: true;
  /** The error that kept us from checking it. */
  unchecked?: unknown;
}

/** How often it is checked who else was added. */
const checks = 4;

/**
 * Removes all but one of the workers whom routing added, and checks that they are gone.
 *
 * @param added the worker who was just added; returned, without a rule, if this one is in the conversation
 * @param seen the participants, if they were just listed
 * @returns the worker who stays; it throws only what is not a `CallbackError`
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
      const isAddedThere = added !== undefined && left.some(({ identity }) => identity === added);
      present = isAddedThere
        ? { worker: added }
        : first
          ? { worker: first.identity, rule: first.mark.rule }
          : {};
      if (others.length === 0) return present;
      for (const { sid } of others) await effects.remove(sid);
      if (check === checks) return present;
    } catch (unchecked) {
      if (!(unchecked instanceof CallbackError)) throw unchecked;
      // A worker is in, which matters most; the next delivery checks again.
      if (check === checks || !(await effects.pause())) return { ...present, unchecked };
    }
    participants = undefined;
  }
}

/**
 * Asks about several candidates at once, and about each one only once.
 *
 * @returns whether the candidate of a rank is known to be away; once an answer was `unknown`, nobody else is asked about
 */
function availabilityOf(
  candidates: readonly Candidate[],
  effects: AssignEffects,
): (rank: number) => Promise<boolean> {
  const known = new Map<string, 'available' | 'unavailable'>();
  let askNoMore = false;
  return async (rank) => {
    const worker = candidates[rank]?.worker ?? '';
    if (!askNoMore && !known.has(worker)) {
      const open = candidates.slice(rank).filter((one) => !one.evenIfUnavailable && !known.has(one.worker));
      const next = [...new Set(open.map((one) => one.worker))].slice(0, askedAtOnce);
      const answers = await Promise.all(next.map((one) => effects.availability(one)));
      for (const [index, one] of next.entries()) {
        const answer = answers[index];
        if (answer === 'unknown' || answer === undefined) askNoMore = true;
        else known.set(one, answer);
      }
    }
    return known.get(worker) === 'unavailable';
  };
}

/** @returns what was passed over by the rules up to this one */
function upTo(rule: string, passedOver: PassedOver[]): PassedOver[] {
  const end = indexOf(rule);
  return inOrder(passedOver.filter((entry) => indexOf(entry.rule) <= end));
}

function inOrder(passedOver: PassedOver[]): PassedOver[] {
  return passedOver.sort((a, b) => indexOf(a.rule) - indexOf(b.rule));
}

function indexOf(rule: string): number {
  return (routeRules as readonly string[]).indexOf(rule);
}

/** A conversation to which a worker is added. */
export interface JoinableConversation extends ConversationRef {
  /** In a group MMS: our number. */
  projectedAddress?: string | undefined;
  /** In a group MMS: the participant for our number, if no worker has it yet. */
  projectedParticipant?: Participant | undefined;
}

/** The pauses before the checks for a worker who was added again and may be listed late; in milliseconds. */
const checkPausesMs = [300, 600, 1_000];

/** The time that is kept to try others and to answer; in milliseconds. */
const reserveMs = 1_000;

/**
 * Adds a worker to a conversation.
 *
 * In a group MMS, our number is a participant already. Some accounts accept that this participant becomes the worker's;
 * others accept a new participant with our number as projected address. The second is tried if the first is rejected.
 *
 * @param identity the worker's
 * @param mark what is written into the participant's attributes
 * @throws NotFound when there is no such conversation; TwilioUnavailable; Misconfigured
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export async function joinConversation(
  api: TwilioApi,
  conversation: JoinableConversation,
  identity: string,
  mark: RoutingMark,
): Promise<JoinOutcome> {
  const { projectedAddress, projectedParticipant: ours } = conversation;
  if (ours) {
    const attributes = markAttributes({ ...mark, rank: ourNumberRank }, ours.attributes);
    const worker = { identity, projectedAddress, attributes };
    if ((await giveProjectedParticipant(api, conversation, ours.sid, worker)) === 'joined') return 'joined';
  }
  const worker = { identity, projectedAddress, attributes: markAttributes(mark) };
  let outcome = await addWorker(api, conversation, worker);
  // Twilio may answer 20404 although it adds somebody again who was removed before.
  if (typeof outcome === 'object' && outcome.kind === 'missing') {
    if (await waitUntilListed(api, conversation, identity)) return 'joined';
    outcome = await addWorker(api, conversation, worker);
  }
  return typeof outcome === 'string' ? outcome : refusalOf(outcome);
}

async function waitUntilListed(
  api: TwilioApi,
  conversation: ConversationRef,
  identity: string,
): Promise<boolean> {
  for (const pause of checkPausesMs) {
    if (api.deadline.remaining() < pause + reserveMs) return false;
    await api.sleep(pause);
    const participants = await listParticipants(api, conversation);
    if (participants.some((one) => one.identity === identity)) return true;
  }
  return false;
}

function refusalOf({ facts: { twilioStatus, twilioCode } }: TwilioRefused): Refusal {
  return {
    why: `refused by Twilio: ${JSON.stringify({ twilioStatus, twilioCode })}`,
    forAll: twilioCode === twilioCodes.conversationClosed,
  };
}

/**
 * What routing writes into the attributes of a worker whom it adds. Routing removes only workers with this mark: anybody
 * who joined in another way stays.
 */
export interface RoutingMark {
  /** The worker's place in the plan, 0 for the first choice; `ourNumberRank` for the participant of our number. */
  rank: number;
  /** The rule that named the worker. */
  rule: string;
}

const markAttribute = 'added_by_routing';

/**
 * The rank of the participant for our number in a group MMS. It comes first, whichever worker has it, and is never
 * removed: our number would leave the group.
 */
export const ourNumberRank = -1;

/** @returns the attributes (JSON text) with the mark added */
export function markAttributes(mark: RoutingMark, current = '{}'): string {
  return JSON.stringify({ ...parseAttributes(current), [markAttribute]: mark });
}

/** @returns the mark in a participant's attributes, or undefined when routing did not add this participant */
function readMark(attributes: string): RoutingMark | undefined {
  const { rank, rule } = (parseAttributes(attributes)?.[markAttribute] ?? {}) as Partial<RoutingMark>;
  return typeof rank === 'number' && typeof rule === 'string' ? { rank, rule } : undefined;
}

/** A participant whom routing added. */
export interface MarkedWorker extends Participant {
  identity: string;
  mark: RoutingMark;
}

/**
 * The workers whom routing added, in the order in which they have priority: first by the second in which they were
 * added, then by rank, then by SID. The order depends only on the list, so that two instances with different data or
 * different availability agree on it.
 *
 * @returns the worker who stays first
 */
export function markedWorkers(participants: readonly Participant[]): MarkedWorker[] {
  return participants
    .flatMap((participant): MarkedWorker[] => {
      const { identity } = participant;
      const mark = identity === undefined ? undefined : readMark(participant.attributes);
      return identity === undefined || !mark ? [] : [{ ...participant, identity, mark }];
    })
    .sort((a, b) => a.createdAt - b.createdAt || a.mark.rank - b.mark.rank || (a.sid < b.sid ? -1 : 1));
}
