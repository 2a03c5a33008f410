import { refuse } from '../http/error-list';
import type { Binding, NewParticipant, Participant } from './model';

type Addresses = Pick<NewParticipant, 'address' | 'proxyAddress' | 'projectedAddress'>;

/** The valid addresses of each channel; those of the others are whatever follows the prefix. */
const forms: Record<string, RegExp> = {
  sms: /^\+[1-9]\d{1,14}$/,
  whatsapp: /^whatsapp:\+[1-9]\d{1,14}$/,
  email: /^[^\s@:]+@[^\s@:]+$/,
};

/** We can write from a short code, but nobody has one as a phone number. */
const shortCode = /^\d{3,8}$/;

/** @returns a participant's `messaging_binding`; null without any address */
export function bindingOf({ address, proxyAddress, projectedAddress }: Addresses): Binding | null {
  const any = address ?? proxyAddress ?? projectedAddress;
  if (any === undefined) return null;
  return {
    type: channelOf(any),
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxy_address: proxyAddress }),
    ...(projectedAddress !== undefined && { projected_address: projectedAddress }),
  };
}

/** Checks the addresses of a participant who is added by a REST request. Twilio's page on each code has the reason. */
export function checkNewBinding(given: NewParticipant, ownAddresses: ReadonlySet<string>): void {
  const { identity, address, proxyAddress, projectedAddress } = given;
  if (identity && (address !== undefined || proxyAddress !== undefined)) throw refuse(50211);
  if (address === '') throw refuse(50411);
  if (proxyAddress === '') throw refuse(50412);
  if (!identity && !address && !projectedAddress) {
    throw refuse(50407, 'Identity or MessagingBinding.Address is required for a participant');
  }
  // Public code that made a live account's groups says so: one participant has either the one or the other.
  if (address !== undefined && projectedAddress !== undefined) throw refuse(50407);
  if (address !== undefined && !isValid(address)) throw refuse(50407);
  if (address !== undefined && proxyAddress !== undefined) checkProxy(address, proxyAddress, ownAddresses);
  if (projectedAddress !== undefined) checkProjected(projectedAddress, ownAddresses);
}

/**
 * Checks the addresses that a REST request gives a participant. An empty value, or the word null, removes one.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/conversation-participant-resource
 */
export function checkChangedBinding(
  { messaging_binding: binding }: Participant,
  { proxyAddress, projectedAddress }: NewParticipant,
  ownAddresses: ReadonlySet<string>,
): void {
  if (isRemoval(proxyAddress) && binding?.proxy_address === undefined) throw refuse(50440);
  if (isRemoval(projectedAddress) && binding?.projected_address === undefined) throw refuse(50442);
  if (proxyAddress !== undefined && !isRemoval(proxyAddress)) {
    if (binding?.address === undefined) throw refuse(50441);
    checkProxy(binding.address, proxyAddress, ownAddresses);
  }
  if (projectedAddress === undefined || isRemoval(projectedAddress)) return;
  const isSame = binding?.projected_address === projectedAddress;
  if (binding !== null && !isSame) throw refuse(50443);
  checkProjected(projectedAddress, ownAddresses);
}

/** @returns the `messaging_binding` after a change */
export function changedBinding(
  before: Binding | null,
  { proxyAddress, projectedAddress }: NewParticipant,
): Binding | null {
  const after = (given: string | undefined, known: string | undefined): string | undefined =>
    isRemoval(given) ? undefined : (given ?? known);
  return bindingOf({
    address: before?.address,
    proxyAddress: after(proxyAddress, before?.proxy_address),
    projectedAddress: after(projectedAddress, before?.projected_address),
  });
}

function isRemoval(given: string | undefined): boolean {
  return given === '' || given === 'null';
}

function checkProxy(address: string, proxy: string, ownAddresses: ReadonlySet<string>): void {
  if (!isValid(proxy) && !shortCode.test(proxy)) throw refuse(50408);
  if (proxy === address) throw refuse(50409);
  if (channelOf(proxy) !== channelOf(address)) throw refuse(50414);
  requireOurs(proxy, ownAddresses);
}

/** @throws TwilioError 400 for an address that is not the account's: 50415 for its number that is no WhatsApp sender, else 50413 */
export function requireOurs(address: string, ownAddresses: ReadonlySet<string>): void {
  if (isOurs(address, ownAddresses)) return;
  const isNumberOfOurs = ownAddresses.has(address.replace(/^whatsapp:/, ''));
  throw refuse(channelOf(address) === 'whatsapp' && isNumberOfOurs ? 50415 : 50413);
}

function checkProjected(projected: string, ownAddresses: ReadonlySet<string>): void {
  if (!isValid(projected) && !shortCode.test(projected)) throw refuse(50439, 'the address is not valid');
  if (!isOurs(projected, ownAddresses)) throw refuse(50439);
}

/**
 * Whether an address can be ours. An account that was given no addresses can have any, as in tests. Of Messenger, an
 * account has the pages that the data or an address configuration names.
 */
function isOurs(address: string, ownAddresses: ReadonlySet<string>): boolean {
  const isKnown = ['sms', 'whatsapp', 'messenger'].includes(channelOf(address)) && ownAddresses.size > 0;
  return !isKnown || ownAddresses.has(address);
}

/** @returns whether an address of ours, such as a number or a short code, is one of a channel */
export function isValidAddress(channel: string, address: string): boolean {
  if (channel === 'sms') return (isValid(address) && channelOf(address) === 'sms') || shortCode.test(address);
  return forms[channel] ? channelOf(address) === channel && isValid(address) : true;
}

function isValid(address: string): boolean {
  const form = forms[channelOf(address)];
  return form ? form.test(address) : /^[a-z]+:\S+$/.test(address);
}

function channelOf(address: string): string {
  if (address.includes(':')) return address.split(':')[0] ?? 'sms';
  return address.includes('@') ? 'email' : 'sms';
}
