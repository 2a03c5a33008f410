import { TwilioError } from '../http/errors';
import type { Binding, GroupJoin, NewParticipant, Participant } from './model';

/**
 * A group MMS has people without a proxy address, and our number as a projected address.
 *
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export function isGroup(participants: Participant[]): boolean {
  return participants.some(
    ({ messagingBinding: binding }) =>
      binding?.projectedAddress !== undefined ||
      (binding?.type === 'sms' && binding.address !== undefined && binding.proxyAddress === undefined),
  );
}

/** @returns whether a participant is our number in a group, which nobody has taken yet */
export function isProjected({ identity, messagingBinding }: Participant): boolean {
  return identity === null && messagingBinding?.projectedAddress !== undefined;
}

/**
 * @throws TwilioError 409 for an identity that is in it
 * @see https://www.twilio.com/docs/api/errors/50433
 * @see https://www.twilio.com/docs/api/errors/50437
 */
export function requireIdentityFree(participants: Participant[], identity: string): void {
  if (!participants.some((one) => one.identity === identity)) return;
  throw isGroup(participants)
    ? groupParticipantExists()
    : new TwilioError(409, 50433, 'Participant already exists');
}

function groupParticipantExists(): TwilioError {
  return new TwilioError(409, 50437, 'Group Participant already exists');
}

/**
 * A number of our own takes no part as somebody's address, only as a proxy or projected address.
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
    participants.some(({ messagingBinding: binding }) =>
      [binding?.projectedAddress, binding?.proxyAddress].includes(address),
    );
  if (isOurs) throw new TwilioError(400, 50407, 'Invalid messaging binding address');
}

/**
 * In a group each number is there once; a projected one can stand for several identities.
 *
 * @throws TwilioError 409/50437
 */
export function requireNewInGroup(
  participants: Participant[],
  { identity, address, proxyAddress, projectedAddress }: NewParticipant,
  groupJoin: GroupJoin,
): void {
  if (!isGroup(participants)) return;
  const isThere = participants.some(({ messagingBinding: binding }) => {
    if (address !== undefined) {
      return !proxyAddress && !binding?.proxyAddress && binding?.address === address;
    }
    if (projectedAddress === undefined || binding?.projectedAddress !== projectedAddress) return false;
    return !identity || groupJoin === 'update';
  });
  if (isThere) throw groupParticipantExists();
}

/** @returns a participant's addresses with their channel; null for one without any */
export function bindingOf(given: {
  address: string | undefined;
  proxyAddress: string | undefined;
  projectedAddress: string | undefined;
}): Binding | null {
  const any = given.address ?? given.proxyAddress ?? given.projectedAddress;
  if (any === undefined) return null;
  const type = any.includes(':') ? (any.split(':')[0] ?? 'sms') : any.includes('@') ? 'email' : 'sms';
  const { address, proxyAddress, projectedAddress } = given;
  return {
    type,
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxyAddress }),
    ...(projectedAddress !== undefined && { projectedAddress }),
  };
}
