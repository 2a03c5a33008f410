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
import { markAttributes, ourNumberRank, type RoutingMark } from './mark';

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
