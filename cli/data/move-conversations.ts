import type { Twilio } from 'twilio';
import { type CallbackError, NotFound, TwilioRefused } from '../../lib/errors';
import { deadlineIn, openTwilio, type TwilioApi, twilioCodes } from '../../lib/twilio/api';
import {
  addWorker,
  type ConversationRef,
  giveProjectedParticipant,
  listOpenMemberships,
  listParticipants,
  type Participant,
  removeParticipant,
} from '../../lib/twilio/conversations';

/** How an open conversation was moved, or why not. */
export interface MovedConversation {
  sid: string;
  /** `movable`: with a dry run, it would be moved. */
  outcome: 'moved' | 'movable' | 'closed' | 'failed';
  /** Of a failure: what Twilio said. */
  reason?: string;
}

/** How conversations are moved. */
export interface MoveOptions {
  /** The conversation service, `IS…`; Twilio's default one unless given. */
  serviceSid?: string | undefined;
  /** Whether the conversations are only listed. */
  dryRun?: boolean | undefined;
  /** Is told how many of all are done. */
  report?(done: number, all: number): void;
  /** For tests: how to wait. */
  sleep?(ms: number): Promise<unknown>;
}

/** The longest that one conversation may take, in milliseconds: Twilio may ask for a long pause. */
const limitMs = 60_000;

/** A worker who was just added may be listed late; in milliseconds. */
const lookPausesMs = [300, 600, 1_000];

/**
 * Gives the open conversations of one worker to another. The new worker joins before the old one leaves, so that nobody
 * is without a worker; whoever else is there stays. In a group MMS, the participant of our number changes hands.
 *
 * One conversation is moved after the other, which stays under Twilio's limits. What is done is seen at Twilio: after an
 * interruption, or a failure, call it again.
 *
 * @param from the identity of a worker: that of a chat customer or a bot must not be given
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export async function moveOpenConversations(
  client: Twilio,
  from: string,
  to: string,
  { serviceSid, dryRun = false, report, sleep = pause }: MoveOptions = {},
): Promise<MovedConversation[]> {
  const open = (): TwilioApi =>
    openTwilio(() => client, {
      deadline: deadlineIn(limitMs, () => performance.now()),
      sleep,
      random: Math.random,
      timer: startTimer,
    });
  const memberships = await listOpenMemberships(open(), { identity: from }, serviceSid);
  const moved: MovedConversation[] = [];
  for (const { sid } of memberships) {
    if (dryRun) moved.push({ sid, outcome: 'movable' });
    else moved.push({ sid, ...(await move(open(), { sid, serviceSid }, from, to)) });
    report?.(moved.length, memberships.length);
  }
  return moved;
}

async function move(
  api: TwilioApi,
  conversation: ConversationRef,
  from: string,
  to: string,
): Promise<Omit<MovedConversation, 'sid'>> {
  try {
    const participants = await listParticipants(api, conversation);
    const old = participants.find(({ identity }) => identity === from);
    if (!old) return { outcome: 'moved' };
    if (old.projectedAddress !== undefined) {
      await handOver(api, conversation, old, to);
      return { outcome: 'moved' };
    }
    await join(api, conversation, participants, to);
    await removeParticipant(api, conversation, old.sid);
    // Routing, which may run now, removes one of two workers.
    if (!(await isListed(api, conversation, to))) await join(api, conversation, [], to);
    return { outcome: 'moved' };
  } catch (error) {
    if (error instanceof NotFound) return { outcome: 'closed' };
    const { facts, message } = error as CallbackError;
    if (facts?.twilioCode === twilioCodes.conversationClosed) return { outcome: 'closed' };
    const said = facts?.twilioCode === undefined ? message : `Twilio answered ${facts.twilioCode}`;
    return { outcome: 'failed', reason: said };
  }
}

/** The new worker has no mark of routing, and is therefore never removed by it. */
async function join(
  api: TwilioApi,
  conversation: ConversationRef,
  participants: readonly Participant[],
  identity: string,
): Promise<void> {
  if (participants.some((one) => one.identity === identity)) return;
  const outcome = await addWorker(api, conversation, { identity, attributes: '{}' });
  if (!(outcome instanceof TwilioRefused)) return;
  // Twilio may answer 20404 although it adds somebody again who was removed before.
  if (outcome.kind === 'missing' && (await isListed(api, conversation, identity))) return;
  throw outcome;
}

/**
 * The old worker is the participant of our number, without whom the group would lose it. Some accounts accept that the
 * participant changes hands; on others a new one with the same number comes first.
 *
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
async function handOver(
  api: TwilioApi,
  conversation: ConversationRef,
  { sid, attributes, projectedAddress }: Participant,
  identity: string,
): Promise<void> {
  const outcome = await giveProjectedParticipant(api, conversation, sid, {
    identity,
    attributes,
    projectedAddress,
  });
  if (outcome === 'joined') return;
  const added = await addWorker(api, conversation, { identity, attributes: '{}', projectedAddress });
  if (added instanceof TwilioRefused) throw added;
  await removeParticipant(api, conversation, sid);
}

async function isListed(api: TwilioApi, conversation: ConversationRef, identity: string): Promise<boolean> {
  for (const ms of lookPausesMs) {
    const participants = await listParticipants(api, conversation);
    if (participants.some((one) => one.identity === identity)) return true;
    await api.sleep(ms);
  }
  return false;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function startTimer(ms: number): { done: Promise<void>; clear(): void } {
  let timer: NodeJS.Timeout | undefined;
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  return { done, clear: () => clearTimeout(timer) };
}
