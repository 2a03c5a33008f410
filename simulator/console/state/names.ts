import type { FlexAgent, SimulatedChannel, SimulatedConversation, SimulatedWorker } from '../../api';
import type { ConversationView } from '../../api-lists';
import { agents, customers, workers } from './state';

/** The names of people outside, by address; conversations bring them. */
const names = new Map<string, string>();

/** Remembers the names of the people in a conversation. */
export function learnNames({ participants }: ConversationView): void {
  for (const { address, identity, name } of participants) {
    const author = address ?? identity;
    if (author !== undefined) names.set(author.replace('whatsapp:', ''), name);
  }
}

/** @returns the address of a customer on a channel, in Twilio's form */
export function addressOf(number: string, channel: SimulatedChannel): string {
  return channel === 'whatsapp' ? `whatsapp:${number}` : number;
}

/** @returns the display name of a customer, worker, or agent; the number or identity where there is none */
export function nameOf(author: string): string {
  const number = author.replace('whatsapp:', '');
  return (
    findColleague(author)?.displayName ??
    customers.value.find(({ phone }) => phone === number)?.displayName ??
    names.get(number) ??
    number
  );
}

/** @returns the customer's address, or the identity of a customer on chat */
export function customerOf({ participants }: SimulatedConversation): string | undefined {
  const customer = participants.find(({ address }) => address);
  if (customer) return customer.address;
  return participants.find(({ identity }) => identity !== undefined && !findColleague(identity))?.identity;
}

/** @returns the conversation's friendly name, or the customer's name */
export function titleOf(conversation: SimulatedConversation): string {
  const customer = customerOf(conversation);
  return conversation.friendlyName ?? (customer === undefined ? conversation.sid : nameOf(customer));
}

function findColleague(identity: string): SimulatedWorker | FlexAgent | undefined {
  return [...workers.value, ...agents.value].find((one) => one.identity === identity);
}
