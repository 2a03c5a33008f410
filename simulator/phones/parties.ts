import type { InboundRequest, SimulatedChannel } from '../api';
import type { NewParticipant } from '../twilio/conversations/model';
import { TwilioError } from '../twilio/http/errors';

/** The addresses of one inbound message, as Twilio writes them. */
export interface Parties {
  channel: SimulatedChannel;
  /** Of the sender. */
  author: string;
  /** Of our number. */
  twilio: string;
  /** Everybody outside, the author first; more than one in a group MMS. */
  outside: string[];
}

/**
 * @param numbers our Twilio numbers: the first one with the channel receives a message that names none
 * @throws TwilioError for an address that Twilio would not know
 */
export function partiesOf(
  { from, to: given, channel = 'sms', group = [] }: InboundRequest,
  numbers: { address: string; channels: SimulatedChannel[] }[],
): Parties {
  const to = given ?? numbers.find(({ channels }) => channels.includes(channel))?.address;
  if (to === undefined) {
    throw new TwilioError(400, 21212, `There is no number for ${channel} in the routing data`);
  }
  for (const number of [from, to, ...group]) {
    if (/^\+[1-9]\d{6,14}$/.test(number)) continue;
    const message = `${JSON.stringify(number)} is no number in E.164, e.g. +12125550101`;
    throw new TwilioError(400, 21211, message);
  }
  const toAddress = (number: string): string => (channel === 'whatsapp' ? `whatsapp:${number}` : number);
  const author = toAddress(from);
  const outside = [...new Set([author, ...group.map(toAddress)])];
  return { channel, author, twilio: toAddress(to), outside };
}

/** @returns a key that all messages between the same people have */
export function keyOf({ outside, twilio }: Parties): string {
  return [...outside].sort().concat(twilio).join('|');
}

/** @returns whether more than one person outside is in it, as in a group MMS */
export function isGroup({ outside }: Parties): boolean {
  return outside.length > 1;
}

/**
 * Who is in a conversation that a message creates: in a group MMS everybody by address alone, and our number as a
 * participant of its own without an identity. Measured on a live account in 2026 (public report of a group texting
 * spike, finding F4), and so in the public integrations that look for their number among the participants.
 */
export function participantsOf(parties: Parties): NewParticipant[] {
  const { author, twilio, outside } = parties;
  if (!isGroup(parties)) return [{ address: author, proxyAddress: twilio }];
  return [...outside.map((address) => ({ address })), { projectedAddress: twilio }];
}

/**
 * Between whom a conversation is, as its webhooks have it. The parameter tables name `ProxyAddress` or
 * `ProjectedAddress` as ours; of a group MMS real requests have neither, but the receivers, our number among them, and
 * the author (the same report; two public integrations read it so, and take `AuthorAddress` for the mark of a group).
 */
export function bindingFields(parties: Parties): Record<string, string> {
  const { author, twilio, outside } = parties;
  if (!isGroup(parties)) {
    return { 'MessagingBinding.ProxyAddress': twilio, 'MessagingBinding.Address': author };
  }
  const receivers = [twilio, ...outside.filter((address) => address !== author)];
  return { 'MessagingBinding.Address': receivers.join(', '), 'MessagingBinding.AuthorAddress': author };
}
