import { refuse } from '../http/error-list';
import { limits } from './limits';
import type { GroupJoin, NewParticipant, Participant } from './model';

/**
 * In a group MMS the customers have no proxy address, and our number is a projected address.
 *
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
function isGroup(participants: Participant[]): boolean {
  return participants.some(
    ({ messaging_binding: binding }) =>
      binding?.projected_address !== undefined ||
      (binding?.type === 'sms' && binding.address !== undefined && binding.proxy_address === undefined),
  );
}

/**
 * @throws TwilioError 409 if the identity is already a participant
 * @see https://www.twilio.com/docs/api/errors/50433
 * @see https://www.twilio.com/docs/api/errors/50437
 */
export function requireIdentityFree(participants: Participant[], identity: string): void {
  if (!participants.some((one) => one.identity === identity)) return;
  throw isGroup(participants) ? refuse(50437) : refuse(50433);
}

/**
 * Our own numbers can be proxy or projected addresses, not a participant's address.
 *
 * @throws TwilioError 400/50407
 */
export function requireNotOurs(
  participants: Participant[],
  address: string | undefined,
  ownAddresses: ReadonlySet<string>,
): void {
  if (address === undefined) return;
  const isOurs =
    ownAddresses.has(address) ||
    participants.some(({ messaging_binding: binding }) =>
      [binding?.projected_address, binding?.proxy_address].includes(address),
    );
  if (isOurs) throw refuse(50407);
}

/**
 * In a group each address can occur once; several identities can share a projected address.
 *
 * @throws TwilioError 409/50437
 */
export function requireNewInGroup(
  participants: Participant[],
  { identity, address, proxyAddress, projectedAddress }: NewParticipant,
  groupJoin: GroupJoin,
): void {
  if (!isGroup(participants)) return;
  const isThere = participants.some(({ messaging_binding: binding }) => {
    if (address !== undefined) {
      return !proxyAddress && !binding?.proxy_address && binding?.address === address;
    }
    if (projectedAddress === undefined || binding?.projected_address !== projectedAddress) return false;
    return !identity || groupJoin === 'update';
  });
  if (isThere) throw refuse(50437);
}

/**
 * Checks whether a conversation has room for one more participant.
 *
 * @throws TwilioError for too many participants, or too many of those with an address
 * @see https://www.twilio.com/docs/api/errors/50417
 * @see https://www.twilio.com/docs/api/errors/50422
 * @see https://www.twilio.com/docs/api/errors/50436
 */
export function requireRoom(participants: Participant[], { identity, address }: NewParticipant): void {
  if (isGroup(participants) && participants.length >= limits.groupParticipants) throw refuse(50436);
  if (participants.length >= limits.participants) throw refuse(50417);
  const nonChat = participants.filter((one) => one.messaging_binding?.address !== undefined);
  if (!identity && address && nonChat.length >= limits.nonChatParticipants) throw refuse(50422);
}

/**
 * A group has its number as a projected address beside the customers, who have no proxy address; a worker's identity
 * needs a projected address.
 *
 * @throws TwilioError 400/50434 for an identity without one in a group; 400/50435 for an address without a proxy address
 *   beside such an identity, which would make the conversation a group
 */
export function requireGroupPossible(participants: Participant[], given: NewParticipant): void {
  const { address, proxyAddress, projectedAddress } = given;
  if (isGroup(participants)) {
    if (!address && !projectedAddress) throw refuse(50434);
    return;
  }
  const makesGroup = address?.startsWith('+') && !proxyAddress;
  if (makesGroup && participants.some((one) => one.messaging_binding === null)) throw refuse(50435);
}

/** @returns the addresses of a group in order, ours with them; undefined for what is not a whole group */
export function groupKey(participants: Participant[]): string | undefined {
  const bindings = participants.flatMap(({ messaging_binding }) => messaging_binding ?? []);
  const members = bindings.flatMap((one) => (one.proxy_address === undefined ? (one.address ?? []) : []));
  const ours = new Set(bindings.flatMap(({ projected_address }) => projected_address ?? []));
  if (members.length < 2 || ours.size === 0) return undefined;
  return [...members, ...ours].sort().join(' ');
}

/**
 * @throws TwilioError 400/50513 for the author of a message who is not in the group
 * @see https://www.twilio.com/docs/api/errors/50513
 */
export function requireAuthorInGroup(participants: Participant[], author: string | undefined): void {
  if (author === undefined || !isGroup(participants)) return;
  const isAuthor = ({ identity, messaging_binding: binding }: Participant): boolean =>
    [identity, binding?.address, binding?.projected_address].includes(author);
  if (!participants.some(isAuthor)) throw refuse(50513);
}

/**
 * @throws TwilioError 400/50435 for a group of fewer than three, or one with an identity without a projected address
 * @see https://www.twilio.com/docs/api/errors/50435
 */
export function requireWholeGroup(people: NewParticipant[]): void {
  const isMember = ({ address, proxyAddress }: NewParticipant): boolean =>
    Boolean(address?.startsWith('+')) && proxyAddress === undefined;
  if (!people.some(isMember)) return;
  const bound = people.filter(({ address, projectedAddress }) => address ?? projectedAddress);
  if (bound.length < 3 || bound.length < people.length) throw refuse(50435);
}
