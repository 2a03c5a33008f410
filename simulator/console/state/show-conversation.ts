import { batch } from '@preact/signals';
import type { SimulatedChannel, SimulatedConversation } from '../../api';
import { loadConversation, loadPhone, takeCustomers } from './conversations';
import { customerOf, nameOf } from './names';
import {
  agent,
  agents,
  channelOf,
  chat,
  customers,
  flexChat,
  onlyConversation,
  phone,
  phones,
  side,
  view,
  worker,
  workers,
} from './state';

/** Shows a conversation on both sides: the customer's phone, and the worker's or agent's chat. */
export async function showConversation(sid: string | undefined): Promise<void> {
  const one = sid === undefined ? undefined : await loadConversation(sid);
  if (!one) return;
  const isIn = ({ identity }: { identity: string }): boolean =>
    one.participants.some((participant) => participant.identity === identity);
  // Who is shown already stays, if they are in it.
  const workerIn =
    workers.value.find((two) => two.identity === worker.value && isIn(two)) ?? workers.value.find(isIn);
  const agentIn =
    agents.value.find((two) => two.name === agent.value && isIn(two)) ?? agents.value.find(isIn);
  // The side does not change while no worker and no agent is in the conversation.
  const isFlex = agentIn !== undefined || (workerIn === undefined && side.value === 'flex');
  await showPhoneOf(one);
  batch(() => {
    if (workerIn) worker.value = workerIn.identity;
    if (agentIn) agent.value = agentIn.name;
    side.value = isFlex ? 'flex' : 'frontline';
    (isFlex ? flexChat : chat).value = one.sid;
  });
}

/** Shows nothing else in the timeline, until the user wants all again. */
export function filterTimeline(sid: string): void {
  batch(() => {
    onlyConversation.value = sid;
    view.value = 'timeline';
  });
}

/** Shows the phone of a conversation's customer, or what a customer on chat sees; on another channel they have neither. */
export async function showPhoneOf(conversation: SimulatedConversation): Promise<void> {
  const customer = customerOf(conversation) ?? '';
  if (conversation.participants.some(({ identity }) => identity === customer)) {
    takeCustomers([{ phone: customer, displayName: nameOf(customer), channels: [] }]);
    showPhone(customer);
    return;
  }
  const [, prefix, number] = /^(whatsapp:)?(\+\d+)$/.exec(customer) ?? [];
  if (number === undefined) return;
  const isKnown = customers.value.some((one) => one.phone === number);
  if (!isKnown && !(await loadPhone(number))) {
    // Nobody in the data. Another customer's phone must not stay: one would write as the wrong person.
    takeCustomers([{ phone: number, displayName: nameOf(number), channels: ['sms', 'whatsapp'] }]);
  }
  showPhone(number, prefix ? 'whatsapp' : 'sms');
}

/** Shows a phone whose owner the page knows, and adds a tab for it if there is none. */
export function showPhone(number: string, channel?: SimulatedChannel): void {
  if (!phones.value.includes(number)) phones.value = [number, ...phones.value].slice(0, 8);
  phone.value = number;
  if (channel) channelOf.value = { ...channelOf.value, [number]: channel };
}
