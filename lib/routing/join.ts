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
import type { Refusal } from './assign';
import { markAttributes, type RoutingMark } from './mark';

/** A conversation that a worker can join. */
export interface JoinableConversation extends ConversationRef {
  /** In a group MMS: our number. */
  projectedAddress?: string | undefined;
  /** In a group MMS: who stands for our number and is nobody's yet. */
  projectedParticipant?: Participant | undefined;
}

/** A worker who was in the conversation before is added late by Twilio, in milliseconds. */
const recreatePauseMs = 300;

/**
 * Puts a worker into a conversation.
 *
 * In a group MMS our number is a participant already. Some accounts let that participant be given to the worker,
 * others take a new participant with our number as projected address: the second is tried where the first is refused.
 *
 * @returns undefined once the worker is in, or what Twilio has against this worker
 * @throws NotFound when there is no such conversation; TwilioUnavailable; Misconfigured
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export async function joinConversation(
  api: TwilioApi,
  conversation: JoinableConversation,
  identity: string,
  mark: RoutingMark,
): Promise<Refusal | undefined> {
  const { projectedAddress, projectedParticipant } = conversation;
  const worker = { identity, projectedAddress };
  const give = (to: Participant): Promise<TwilioRefused | undefined> =>
    giveProjectedParticipant(api, conversation, to.sid, {
      ...worker,
      attributes: markAttributes(mark, to.attributes),
    });

  if (projectedParticipant && !(await give(projectedParticipant))) return undefined;
  const add = (): Promise<TwilioRefused | undefined> =>
    addWorker(api, conversation, { ...worker, attributes: markAttributes(mark) });
  let refusal = await add();
  if (refusal?.kind === 'missing') {
    // Twilio answers so, too, when it adds somebody again who was removed before.
    await api.sleep(recreatePauseMs);
    if (await isIn(api, conversation, identity)) return undefined;
    refusal = await add();
  }
  if (!refusal) return undefined;
  const { twilioStatus, twilioCode } = refusal.facts;
  return {
    why: `refused by Twilio: ${JSON.stringify({ twilioStatus, twilioCode })}`,
    forAll: twilioCode === twilioCodes.conversationClosed,
  };
}

async function isIn(api: TwilioApi, conversation: ConversationRef, identity: string): Promise<boolean> {
  const participants = await listParticipants(api, conversation);
  return participants.some((one) => one.identity === identity);
}
