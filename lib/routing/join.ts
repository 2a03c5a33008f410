import type { TwilioRefused } from '../errors';
import type { TwilioApi } from '../twilio/api';
import { twilioCodes } from '../twilio/api';
import {
  addWorker,
  type ConversationRef,
  giveProjectedParticipant,
  listParticipants,
  type Participant,
} from '../twilio/conversations';
import type { JoinOutcome, Refusal } from './assign';
import { markAttributes, ofOurNumber, type RoutingMark } from './mark';

/** A conversation that a worker can join. */
export interface JoinableConversation extends ConversationRef {
  /** In a group MMS: our number. */
  projectedAddress?: string | undefined;
  /** In a group MMS: who stands for our number and is nobody's yet. */
  projectedParticipant?: Participant | undefined;
}

/** Somebody who was removed before and is added again may show up late: when it is looked, in milliseconds. */
const looksMs = [300, 600, 1_000];

/** What is left to try others and to answer in, in milliseconds. */
const reserveMs = 1_000;

/**
 * Puts a worker into a conversation.
 *
 * In a group MMS our number is a participant already. Some accounts let that participant be given to the worker,
 * others take a new participant with our number as projected address: the second is tried where the first is refused.
 *
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
    const attributes = markAttributes({ ...mark, rank: ofOurNumber }, ours.attributes);
    const worker = { identity, projectedAddress, attributes };
    if ((await giveProjectedParticipant(api, conversation, ours.sid, worker)) === 'joined') return 'joined';
  }
  const worker = { identity, projectedAddress, attributes: markAttributes(mark) };
  let outcome = await addWorker(api, conversation, worker);
  // Twilio answers so, too, when it adds somebody again who was removed before.
  if (typeof outcome === 'object' && outcome.kind === 'missing') {
    if (await showsUp(api, conversation, identity)) return 'joined';
    outcome = await addWorker(api, conversation, worker);
  }
  return typeof outcome === 'string' ? outcome : refusalOf(outcome);
}

async function showsUp(api: TwilioApi, conversation: ConversationRef, identity: string): Promise<boolean> {
  for (const pause of looksMs) {
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
