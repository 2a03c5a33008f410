import type { FlexAgent, SimulatedChannel, SimulatedConversation, SimulatedWorker } from '../../api';
import { agents, customers, snapshot, workers } from './state';

/** @returns the address of a customer on a channel, in Twilio's form */
export function addressOf(number: string, channel: SimulatedChannel): string {
  return channel === 'whatsapp' ? `whatsapp:${number}` : number;
}

/** @returns the display name of a customer, worker, or agent; the number or identity where there is none */
export function nameOf(author: string): string {
  const number = author.replace('whatsapp:', '');
  const known =
    findColleague(author) ??
    customers.value.find(({ phone }) => phone === number) ??
    snapshot.value?.flex.customers.find(({ channels }) => channels.some(({ value }) => value === author));
  return known?.displayName ?? number;
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
