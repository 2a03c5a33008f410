import { TwilioError } from '../http/errors';
import type { Binding, GroupJoin, NewParticipant, Participant } from './model';

/**
 * In a group MMS the customers have no proxy address, and our number is a projected address.
 *
 * @see https://www.twilio.com/docs/conversations/group-texting
 */
export function isGroup(participants: Participant[]): boolean {
  return participants.some(
    ({ messaging_binding: binding }) =>
      binding?.projected_address !== undefined ||
      (binding?.type === 'sms' && binding.address !== undefined && binding.proxy_address === undefined),
  );
}

/** @returns whether a participant is our number in a group, without a worker */
export function isProjected({ identity, messaging_binding }: Participant): boolean {
  return identity === null && messaging_binding?.projected_address !== undefined;
}

/**
 * @throws TwilioError 409 if the identity is already a participant
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
  if (isOurs) throw new TwilioError(400, 50407, 'Invalid messaging binding address');
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
  if (isThere) throw groupParticipantExists();
}

/** @returns a participant's `messaging_binding`; null without any address */
export function bindingOf({
  address,
  proxyAddress,
  projectedAddress,
}: Pick<NewParticipant, 'address' | 'proxyAddress' | 'projectedAddress'>): Binding | null {
  const any = address ?? proxyAddress ?? projectedAddress;
  if (any === undefined) return null;
  const type = any.includes(':') ? (any.split(':')[0] ?? 'sms') : any.includes('@') ? 'email' : 'sms';
  return {
    type,
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxy_address: proxyAddress }),
    ...(projectedAddress !== undefined && { projected_address: projectedAddress }),
  };
}
