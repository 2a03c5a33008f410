import { batch } from '@preact/signals';
import type { SimulatedChannel, SimulatedConversation } from '../../api';
import { customerOf } from './names';
import {
  agent,
  agents,
  channelOf,
  chat,
  conversations,
  customers,
  flexChat,
  phone,
  phones,
  side,
  worker,
  workers,
} from './state';

/** Shows a conversation on both sides: the customer's phone, and the worker's or agent's chat. */
export function showConversation(sid: string | undefined): void {
  const one = conversations.value.find((conversation) => conversation.sid === sid);
  if (!one) return;
  const isIn = ({ identity }: { identity: string }): boolean =>
    one.participants.some((participant) => participant.identity === identity);
  const workerIn = workers.value.find(isIn);
  const agentIn = agents.value.find(isIn);
  // The side does not change while no worker and no agent is in the conversation.
  const isFlex = agentIn !== undefined || (workerIn === undefined && side.value === 'flex');
  batch(() => {
    showPhoneOf(one);
    if (workerIn) worker.value = workerIn.identity;
    if (agentIn) agent.value = agentIn.name;
    side.value = isFlex ? 'flex' : 'frontline';
    (isFlex ? flexChat : chat).value = one.sid;
  });
}

/** Shows the phone of a conversation's customer; a customer on another channel has none. */
export function showPhoneOf(conversation: SimulatedConversation): void {
  const [, prefix, number] = /^(whatsapp:)?(\+\d+)$/.exec(customerOf(conversation) ?? '') ?? [];
  const isKnown = customers.value.some(({ phone }) => phone === number);
  if (number !== undefined && isKnown) showPhone(number, prefix ? 'whatsapp' : 'sms');
}

/** Shows a phone, and adds a tab for it if there is none. */
export function showPhone(number: string, channel?: SimulatedChannel): void {
  if (!phones.value.includes(number)) phones.value = [number, ...phones.value].slice(0, 8);
  phone.value = number;
  if (channel) channelOf.value = { ...channelOf.value, [number]: channel };
}
