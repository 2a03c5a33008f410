import type {
  ParticipantConversationInstance,
  ParticipantConversationListInstance,
} from 'twilio/lib/rest/conversations/v1/participantConversation';
import { Misconfigured, NotFound, TwilioRefused } from '../errors';
import { retry, type TwilioApi, unexpectedResponse } from './api';
import { type ConversationRef, listParticipants } from './conversations';

/** A participant of conversations: a customer's address, or an identity. */
export type Member = { address: string } | { identity: string };

/** A conversation, not closed, in which somebody is. */
export interface OpenMembership {
  sid: string;
  /** `initializing`, `active`, `inactive` */
  state: string;
  /** Our address, where the binding names it: an e-mail's need not. */
  proxyAddress: string | undefined;
  /** `sms`, `whatsapp`, `email`, …; undefined for an identity. */
  bindingType: string | undefined;
}

/**
 * Lists the conversations, not closed, in which somebody is.
 *
 * @param serviceSid the conversation service, `IS…`; Twilio's default one unless given
 * @throws Misconfigured when there is no such service; TwilioUnavailable, TwilioRefused
 * @see https://www.twilio.com/docs/conversations/api/participant-conversation-resource
 */
export async function listOpenMemberships(
  api: TwilioApi,
  member: Member,
  serviceSid?: string | undefined,
): Promise<OpenMembership[]> {
  try {
    return await retry(api, 'list conversations of a participant', async () => {
      // 50 is the most that Twilio gives at once. They come in the order of their SIDs: all pages must be read.
      const memberships = await membershipsOf(api, serviceSid).list({ ...member, pageSize: 50 });
      return memberships.map(readMembership).filter(({ state }) => state !== 'closed');
    });
  } catch (error) {
    if (serviceSid === undefined || !(error instanceof TwilioRefused) || error.kind !== 'missing')
      throw error;
    const fix = 'the account has no such conversation service: correct the SID, or remove it';
    const where = { file: 'assets/routing.private.json', field: 'conversationServiceSid', fix };
    throw new Misconfigured('conversation_service_not_found', where, { cause: error });
  }
}

function readMembership(membership: ParticipantConversationInstance): OpenMembership {
  const { conversationSid: sid, conversationState: state, participantMessagingBinding } = membership;
  if (typeof sid !== 'string' || typeof state !== 'string') throw unexpectedResponse();
  const { type, proxy_address: proxy } = (participantMessagingBinding ?? {}) as Record<string, unknown>;
  return {
    sid,
    state,
    proxyAddress: typeof proxy === 'string' ? proxy : undefined,
    bindingType: typeof type === 'string' ? type : undefined,
  };
}

function membershipsOf(
  { client }: TwilioApi,
  serviceSid: string | undefined,
): ParticipantConversationListInstance {
  const { v1 } = client.conversations;
  if (serviceSid === undefined) return v1.participantConversations;
  // The two have the same operations; the SDK generates a class for each.
  return v1.services(serviceSid).participantConversations as unknown as ParticipantConversationListInstance;
}

/**
 * @returns whether somebody with this identity is in a conversation; false when the conversation is gone
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function isInConversation(
  api: TwilioApi,
  conversation: ConversationRef,
  identity: string,
): Promise<boolean> {
  try {
    return (await listParticipants(api, conversation)).some((one) => one.identity === identity);
  } catch (error) {
    if (error instanceof NotFound) return false;
    throw error;
  }
}
