import { NotFound, TwilioRefused } from '../errors';
import { orIfMissing, persist, type TwilioApi } from './api';

/** A worker who is a participant of a conversation. */
export interface WorkerParticipant {
  sid: string;
  identity: string;
}

/**
 * The workers of a conversation: its participants that have an identity, the earliest first.
 *
 * @throws NotFound when there is no such conversation; TwilioUnavailable, TwilioRefused, Misconfigured
 * @see https://www.twilio.com/docs/conversations/api/conversation-participant-resource
 */
export async function listWorkers(api: TwilioApi, conversationSid: string): Promise<WorkerParticipant[]> {
  try {
    const participants = await persist(api, 'list participants', () =>
      api.client.conversations.v1
        .conversations(conversationSid)
        .participants.list({ limit: 1_000, pageSize: 100 }),
    );
    return participants
      .filter(({ identity }) => typeof identity === 'string' && identity !== '')
      .sort((a, b) => Number(a.dateCreated) - Number(b.dateCreated) || (a.sid < b.sid ? -1 : 1))
      .map(({ sid, identity }) => ({ sid, identity }));
  } catch (error) {
    throw isMissing(error) ? conversationMissing(error) : error;
  }
}

/**
 * Adds a worker to a conversation; one who is in it already counts as added.
 *
 * @param projectedAddress our Twilio number, in a group MMS only
 * @returns `added`, or what Twilio had against this worker: another one may do
 * @throws NotFound when there is no such conversation; TwilioUnavailable; Misconfigured
 */
export async function addWorker(
  api: TwilioApi,
  conversationSid: string,
  identity: string,
  projectedAddress?: string,
): Promise<'added' | TwilioRefused> {
  try {
    await persist(api, 'add worker', () =>
      api.client.conversations.v1.conversations(conversationSid).participants.create({
        identity,
        ...(projectedAddress && { 'messagingBinding.projectedAddress': projectedAddress }),
      }),
    );
    return 'added';
  } catch (error) {
    if (isMissing(error)) throw conversationMissing(error);
    if (!(error instanceof TwilioRefused)) throw error;
    return error.kind === 'duplicate' ? 'added' : error;
  }
}

/** Takes a participant out of a conversation; one who is gone already is fine. */
export async function removeParticipant(api: TwilioApi, conversationSid: string, sid: string): Promise<void> {
  const removed = persist(api, 'remove participant', () =>
    api.client.conversations.v1.conversations(conversationSid).participants(sid).remove(),
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
  conversationSid: string,
  participantSid: string,
): Promise<string | undefined> {
  const fetched = persist(api, 'fetch participant', () =>
    api.client.conversations.v1.conversations(conversationSid).participants(participantSid).fetch(),
  );
  const participant = await orIfMissing(fetched, undefined);
  if (!participant) return undefined;
  if (typeof participant.attributes === 'string') return participant.attributes;
  // To take them for empty would be to overwrite what is there.
  throw new TwilioRefused('refused', { request: 'fetch participant', answer: 'makes no sense' });
}

/**
 * Replaces a participant's attributes as a whole.
 *
 * @param attributes JSON text of at most 4 KB
 * @returns false when the participant is gone
 */
export async function updateAttributes(
  api: TwilioApi,
  conversationSid: string,
  participantSid: string,
  attributes: string,
): Promise<boolean> {
  const updated = persist(api, 'update participant', () =>
    api.client.conversations.v1
      .conversations(conversationSid)
      .participants(participantSid)
      .update({ attributes }),
  );
  return (await orIfMissing(updated, undefined)) !== undefined;
}

/** A conversation that is not closed. */
export interface OpenConversation {
  sid: string;
  /** `initializing`, `active`, `inactive` */
  state: string;
}

/**
 * Finds the conversation in which a customer and one of our addresses meet. Twilio lets no second one that is not
 * closed hold the same pair; of chats, which have no such pair, any counts.
 *
 * @param customer an address, or a chat identity
 * @param proxyAddress ours; undefined for chat
 * @returns undefined when there is none
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 * @see https://www.twilio.com/docs/conversations/api/participant-conversation-resource
 */
export async function findOpenConversation(
  api: TwilioApi,
  customer: { address: string } | { identity: string },
  proxyAddress: string | undefined,
): Promise<OpenConversation | undefined> {
  const memberships = await persist(api, 'list conversations of a participant', () =>
    api.client.conversations.v1.participantConversations.list({ ...customer, limit: 1_000, pageSize: 50 }),
  );
  const open = memberships.filter(({ conversationState, participantMessagingBinding }) => {
    const { type, proxy_address: named } = (participantMessagingBinding ?? {}) as Record<string, unknown>;
    // An e-mail's binding need not name our address.
    const ours = named ?? (type === 'email' ? proxyAddress : undefined);
    return conversationState !== 'closed' && (proxyAddress === undefined || ours === proxyAddress);
  });
  const [first] = [...open.filter(({ conversationState }) => conversationState === 'active'), ...open];
  return first && { sid: first.conversationSid, state: first.conversationState };
}

/**
 * Closes a conversation, whatever state it is in; one that is closed or gone is fine.
 *
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function closeConversation(api: TwilioApi, sid: string): Promise<void> {
  if (!(await isOpen(api, sid))) return;
  const closed = persist(api, 'close conversation', () =>
    api.client.conversations.v1.conversations(sid).update({ state: 'closed' }),
  );
  await orIfMissing(closed, undefined);
}

/** @returns whether a conversation is there and not closed */
export async function isOpen(api: TwilioApi, sid: string): Promise<boolean> {
  const fetched = persist(api, 'fetch conversation', () =>
    api.client.conversations.v1.conversations(sid).fetch(),
  );
  const conversation = await orIfMissing(fetched, undefined);
  return conversation !== undefined && conversation.state !== 'closed';
}

function isMissing(error: unknown): boolean {
  return error instanceof TwilioRefused && error.kind === 'missing';
}

function conversationMissing(cause: unknown): NotFound {
  return new NotFound('conversation_not_found', 'There is no such conversation.', { cause });
}
