import type {
  ParticipantInstance,
  ParticipantListInstance,
} from 'twilio/lib/rest/conversations/v1/conversation/participant';
import type {
  ParticipantConversationInstance,
  ParticipantConversationListInstance,
} from 'twilio/lib/rest/conversations/v1/participantConversation';
import { Misconfigured, NotFound, TwilioRefused } from '../errors';
import { orIfMissing, retry, type TwilioApi, twilioCodes, unexpectedResponse } from './api';

/** Which conversation. */
export interface ConversationRef {
  sid: string;
  /** Its conversation service, `IS…`; Twilio's default one unless given. */
  serviceSid?: string | undefined;
}

/** A participant as far as routing looks at one. */
export interface Participant {
  sid: string;
  /** Of a chat participant: a worker, a customer in a chat, a bot. */
  identity: string | undefined;
  /** In a group MMS: the Twilio number that this participant stands for. */
  projectedAddress: string | undefined;
  /** Of somebody outside: the address that messages go to. */
  address?: string | undefined;
  /** Our address for somebody outside. */
  proxyAddress?: string | undefined;
  /** JSON text */
  attributes: string;
  /** Seconds since 1970: Twilio's dates have no fractions. */
  createdAt: number;
}

/**
 * The resources below a conversation service. The short URLs reach Twilio's default service only.
 *
 * @see https://www.twilio.com/docs/conversations/api/service-resource
 */
function participantsOf(
  { client }: TwilioApi,
  { sid, serviceSid }: ConversationRef,
): ParticipantListInstance {
  const { v1 } = client.conversations;
  if (serviceSid === undefined) return v1.conversations(sid).participants;
  // The two have the same operations; the SDK generates a class for each.
  return v1.services(serviceSid).conversations(sid).participants as unknown as ParticipantListInstance;
}

/**
 * The participants of a conversation, in no particular order.
 *
 * @throws NotFound when there is no such conversation; TwilioUnavailable, TwilioRefused, Misconfigured
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export async function listParticipants(
  api: TwilioApi,
  conversation: ConversationRef,
): Promise<Participant[]> {
  const listed = retry(api, 'list participants', async () => {
    const participants = await participantsOf(api, conversation).list({ limit: 1_000, pageSize: 100 });
    return participants.map(readParticipant);
  });
  const participants = await orIfMissing(listed, undefined);
  if (participants) return participants;
  throw new NotFound('conversation_not_found', 'There is no such conversation.');
}

function readParticipant({
  sid,
  identity,
  attributes,
  messagingBinding,
  dateCreated,
}: ParticipantInstance): Participant {
  if (typeof sid !== 'string') throw unexpectedResponse();
  const binding = (messagingBinding ?? {}) as Record<string, unknown>;
  return {
    sid,
    identity: textOrNone(identity),
    // Twilio's event schema shows it in square brackets.
    projectedAddress: textOrNone(binding.projected_address)?.replace(/[[\]]/g, ''),
    address: textOrNone(binding.address),
    proxyAddress: textOrNone(binding.proxy_address),
    attributes: textOrNone(attributes) ?? '{}',
    createdAt: Math.floor(Number(dateCreated) / 1_000) || 0,
  };
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** How a worker joins a conversation. */
export interface JoiningWorker {
  identity: string;
  /** JSON text */
  attributes: string;
  /** Our Twilio number, in a group MMS only. */
  projectedAddress?: string | undefined;
}

/**
 * Adds a worker to a conversation. It is safe to repeat, as an identity is in a conversation once.
 *
 * @returns what Twilio says, which need not be true: look before anybody else is tried
 * @throws TwilioUnavailable; Misconfigured
 */
export function addWorker(
  api: TwilioApi,
  conversation: ConversationRef,
  { identity, attributes, projectedAddress }: JoiningWorker,
): Promise<'joined' | 'already_in' | TwilioRefused> {
  return outcomeOf(
    retry(api, 'add worker', async () => {
      const created = await participantsOf(api, conversation).create({
        identity,
        attributes,
        ...(projectedAddress && { 'messagingBinding.projectedAddress': projectedAddress }),
      });
      return readParticipant(created);
    }),
  );
}

/**
 * Makes the participant who stands for our number in a group MMS the worker's.
 *
 * @returns as `addWorker`
 * @throws TwilioUnavailable; Misconfigured
 */
export function giveProjectedParticipant(
  api: TwilioApi,
  conversation: ConversationRef,
  participantSid: string,
  { identity, attributes, projectedAddress }: JoiningWorker,
): Promise<'joined' | 'already_in' | TwilioRefused> {
  return outcomeOf(
    retry(api, 'give projected participant to worker', async () => {
      const updated = await participantsOf(api, conversation)
        .get(participantSid)
        .update({
          identity,
          attributes,
          ...(projectedAddress && { 'messagingBinding.projectedAddress': projectedAddress }),
        });
      return readParticipant(updated);
    }),
  );
}

async function outcomeOf(added: Promise<unknown>): Promise<'joined' | 'already_in' | TwilioRefused> {
  try {
    await added;
    return 'joined';
  } catch (error) {
    if (!(error instanceof TwilioRefused)) throw error;
    return error.facts.twilioCode === twilioCodes.identityInConversation ? 'already_in' : error;
  }
}

/** Takes a participant out of a conversation; one who is gone already is fine. */
export async function removeParticipant(
  api: TwilioApi,
  conversation: ConversationRef,
  participantSid: string,
): Promise<void> {
  const removed = retry(api, 'remove participant', () =>
    participantsOf(api, conversation).get(participantSid).remove(),
  );
  await orIfMissing(removed, undefined);
}

/**
 * Reads a participant's attributes.
 *
 * @returns the JSON text, or undefined when the participant is gone
 */
export async function fetchAttributes(
  api: TwilioApi,
  conversation: ConversationRef,
  participantSid: string,
): Promise<string | undefined> {
  const fetched = retry(api, 'fetch participant', async () => {
    const { attributes } = await participantsOf(api, conversation).get(participantSid).fetch();
    // To take them for empty would be to overwrite what is there.
    if (typeof attributes !== 'string') throw unexpectedResponse();
    return attributes;
  });
  return orIfMissing(fetched, undefined);
}

/**
 * Replaces a participant's attributes as a whole.
 *
 * @param attributes JSON text of at most 4 KB
 * @returns false when the participant is gone
 */
export async function updateAttributes(
  api: TwilioApi,
  conversation: ConversationRef,
  participantSid: string,
  attributes: string,
): Promise<boolean> {
  const updated = retry(api, 'update participant', () =>
    participantsOf(api, conversation).get(participantSid).update({ attributes }),
  );
  return (await orIfMissing(updated, undefined)) !== undefined;
}

/**
 * Closes a conversation, whatever state it is in; one that is closed or gone is fine.
 *
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function closeConversation(api: TwilioApi, sid: string): Promise<void> {
  if (!(await isOpen(api, sid))) return;
  const closed = retry(api, 'close conversation', () =>
    api.client.conversations.v1.conversations(sid).update({ state: 'closed' }),
  );
  await orIfMissing(closed, undefined);
}

/** @returns whether a conversation is there and not closed */
export async function isOpen(api: TwilioApi, sid: string): Promise<boolean> {
  return (await fetchOpenConversation(api, sid)) !== undefined;
}

/**
 * Reads a conversation that is not closed.
 *
 * @returns when it was created, in milliseconds since 1970 (whole seconds); undefined when it is closed or gone
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function fetchOpenConversation(
  api: TwilioApi,
  sid: string,
): Promise<{ createdAt: number } | undefined> {
  const fetched = retry(api, 'fetch conversation', async () => {
    const { state, dateCreated } = await api.client.conversations.v1.conversations(sid).fetch();
    if (typeof state !== 'string') throw unexpectedResponse();
    return state === 'closed' ? undefined : { createdAt: Number(dateCreated) };
  });
  return orIfMissing(fetched, undefined);
}

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
