import { type EventAddress, isAmong, readEventAddress } from '../address';
import type { Routing } from '../model';
import { markedWorkers } from '../routing/assign';
import type { RoutableEvent } from '../routing/plan';
import { parseAttributes } from '../text';
import type { ActiveConversation, LatestMessage } from '../twilio/active-conversations';
import type { Participant } from '../twilio/conversations';

/** Between whom a conversation is. */
export interface SweptParties {
  /** The customers' addresses, as Twilio has them. */
  customers: string[];
  /** Our address. */
  ours: EventAddress;
  isGroup: boolean;
}

/** @returns who is in a conversation; undefined unless it is between customers and an address of the routing data */
export function findParties(
  participants: readonly Participant[],
  { ownAddresses }: Pick<Routing, 'ownAddresses'>,
): SweptParties | undefined {
  const isOwn = (address: string | undefined): boolean =>
    address !== undefined && isAmong(readEventAddress(address), ownAddresses);
  const customers = participants.flatMap(({ identity, address }) =>
    identity === undefined && address !== undefined && !isOwn(address) ? address : [],
  );
  if (customers.length === 0) return undefined;
  const projected = participants.map((one) => one.projectedAddress).find(isOwn);
  const ours = projected ?? participants.map((one) => one.proxyAddress).find(isOwn);
  if (ours === undefined) return undefined;
  return { customers, ours: readEventAddress(ours), isGroup: projected !== undefined };
}

/** @returns the event that would have had the conversation routed when it was created */
export function toRoutableEvent(
  { sid, serviceSid }: ActiveConversation,
  { customers, ours, isGroup }: SweptParties,
  author: string | undefined,
): RoutableEvent {
  const sender = author !== undefined && customers.includes(author) ? author : undefined;
  return {
    ConversationSid: sid,
    ...(serviceSid !== undefined && { ConversationServiceSid: serviceSid }),
    'MessagingBinding.Address': customers.map(readEventAddress),
    ...(isGroup ? { 'MessagingBinding.ProjectedAddress': ours } : { 'MessagingBinding.ProxyAddress': ours }),
    ...(isGroup && sender !== undefined && { 'MessagingBinding.AuthorAddress': readEventAddress(sender) }),
  };
}

/**
 * Flex's own tasks name the interaction, and those who create interactions often write it into the conversation, too.
 *
 * @returns whether a conversation's attributes name a Flex interaction
 */
export function namesInteraction(attributes: string): boolean {
  const { flexInteractionSid, flexInteractionChannelSid } = parseAttributes(attributes) ?? {};
  return [flexInteractionSid, flexInteractionChannelSid].some((sid) => typeof sid === 'string' && sid !== '');
}

/**
 * Decides whether a conversation waits for the customer. Messages of bots and automatic replies answer nobody: what was
 * written before them counts.
 *
 * @param messages the newest first
 * @param isWorker whether an identity is that of a worker
 */
export async function waitsForCustomer(
  messages: readonly LatestMessage[],
  customers: readonly string[],
  isWorker: (identity: string) => Promise<boolean>,
): Promise<boolean> {
  for (const { author } of messages) {
    if (customers.includes(author)) return false;
    if (await isWorker(author)) return true;
  }
  return true;
}

/** @returns the participants whom routing added and who have one of these identities */
export function markedAmong(participants: readonly Participant[], identities: readonly string[]) {
  return markedWorkers(participants).filter(({ identity }) => identities.includes(identity));
}
