import type { Caller } from '../caller';
import { Forbidden, InvalidEvent, Unprocessable } from '../errors';
import type { TwilioApi } from '../twilio/api';
import { findWorker } from '../twilio/workers';
import type { OutboundWorker } from './plan';

/**
 * Who starts a conversation: a Flex user who calls does, by the verified token; a server says for whom.
 *
 * @param named the worker's SID or friendly name, as the caller gives it
 * @throws Forbidden when a Flex user names somebody else; InvalidEvent when a server names nobody; Unprocessable when
 *   there is no such worker
 */
export async function findOutboundWorker(
  api: TwilioApi,
  workspaceSid: string,
  caller: Caller,
  named: string | undefined,
): Promise<OutboundWorker> {
  if (caller.kind === 'agent') {
    const { workerSid, identity, name } = caller;
    if (named === undefined || [workerSid, identity, name].includes(named)) {
      return { sid: workerSid, identity, name };
    }
    throw new Forbidden('forbidden', 'Not allowed.', { facts: { reason: 'another_worker' } });
  }
  if (named === undefined) throw new InvalidEvent('worker', 'is missing: a server names the worker');
  const found = await findWorker(api, workspaceSid, named);
  if (found) return { sid: found.sid, identity: found.identity, name: found.friendlyName };
  throw new Unprocessable('worker_not_found', 'There is no such worker in the Flex workspace.');
}
