import type { InboundRequest, SimulatedChannel } from '../api';
import type { NewParticipant, Participant } from '../twilio/conversations/model';
import { TwilioError } from '../twilio/http/errors';

/** The addresses of an inbound message, in Twilio's format. */
export interface Parties {
  channel: SimulatedChannel;
  /** The sender's address. */
  author: string;
  /** Our address. */
  twilio: string;
  /** The customers' addresses, the sender's first; more than one in a group MMS. */
  outside: string[];
}

/**
 * @param numbers our Twilio numbers; without `to`, the first one with the channel receives the message
 * @throws TwilioError for an invalid address; 400/50413 for a `to` that is none of the numbers, unless there are none at all
 */
export function partiesOf(
  { from, to: given, channel: givenChannel, group = [] }: InboundRequest,
  numbers: { address: string; channels: SimulatedChannel[] }[],
): Parties {
  const channel = givenChannel === 'whatsapp' ? 'whatsapp' : 'sms';
  const to = given ?? numbers.find(({ channels }) => channels.includes(channel))?.address;
  if (to === undefined) {
    throw new TwilioError(400, 21212, `There is no number for ${channel} in the routing data`);
  }
  for (const number of [from, to, ...group]) {
    if (/^\+[1-9]\d{6,14}$/.test(number)) continue;
    const message = `${JSON.stringify(number)} is not a number in E.164 format, e.g. +12125550101`;
    throw new TwilioError(400, 21211, message);
  }
  if (numbers.length > 0 && !numbers.some(({ address }) => address === to)) {
    const ours = numbers.map(({ address }) => address).join(', ');
    const message = `${to} is none of our numbers (${ours}): name one of them in "to", leave it out for the first one, or add the number to the data`;
    throw new TwilioError(400, 50413, message);
  }
  const toAddress = (number: string): string => (channel === 'whatsapp' ? `whatsapp:${number}` : number);
  const author = toAddress(from);
  const outside = [...new Set([author, ...group.map(toAddress)])];
  return { channel, author, twilio: toAddress(to), outside };
}

/**
 * A group MMS goes into the conversation that has exactly its addresses, also one that REST created.
 *
 * @returns the key of a group conversation, for comparing with `keyOf`; undefined if it is none
 * @see https://www.twilio.com/docs/conversations-classic/group-texting
 */
export function groupKeyOf(participants: Participant[]): string | undefined {
  const bindings = participants.flatMap(({ messaging_binding }) => messaging_binding ?? []);
  const outside = bindings.flatMap((one) => (one.proxy_address === undefined ? (one.address ?? []) : []));
  const [twilio, ...others] = new Set(bindings.flatMap(({ projected_address }) => projected_address ?? []));
  return twilio === undefined || others.length > 0 ? undefined : keyOf({ outside, twilio });
}

/** @returns a key that is the same for all messages between the same addresses */
export function keyOf({ outside, twilio }: Pick<Parties, 'outside' | 'twilio'>): string {
  return [...outside].sort().concat(twilio).join('|');
}

/** @returns whether it is a group MMS, with more than one customer */
export function isGroup({ outside }: Parties): boolean {
  return outside.length > 1;
}

/**
 * The participants of a conversation that a message creates. In a group MMS each customer has only an address, and our
 * number is a participant without an identity. This was measured on a live account in 2026 (public report of a group
 * texting spike, finding F4), and public integrations look for their number among the participants.
 */
export function participantsOf(parties: Parties): NewParticipant[] {
  const { author, twilio, outside } = parties;
  if (!isGroup(parties)) return [{ address: author, proxyAddress: twilio }];
  return [...outside.map((address) => ({ address })), { projectedAddress: twilio }];
}

/**
 * The addresses of a conversation in its webhooks. By the parameter tables our address is `ProxyAddress` or
 * `ProjectedAddress`. Real requests for a group MMS have neither: they have the receivers, with our number among them,
 * and the author (the same report; two public integrations read them, and take `AuthorAddress` as the sign of a group).
 */
export function bindingFields(parties: Parties): Record<string, string> {
  const { author, twilio, outside } = parties;
  if (!isGroup(parties)) {
    return { 'MessagingBinding.ProxyAddress': twilio, 'MessagingBinding.Address': author };
  }
  const receivers = [twilio, ...outside.filter((address) => address !== author)];
  return { 'MessagingBinding.Address': receivers.join(', '), 'MessagingBinding.AuthorAddress': author };
}
