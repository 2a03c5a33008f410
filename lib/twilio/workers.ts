import { parseAttributes } from '../conversations/attributes';
import { Forbidden, InvalidEvent, Unprocessable } from '../errors';
import type { OutboundWorker } from '../outbound/plan';
import type { Caller } from '../webhook/caller';
import { orIfMissing, persist, type TwilioApi } from './api';

/** A Flex agent as TaskRouter knows one. */
export interface TaskRouterWorker {
  /** `WK…` */
  sid: string;
  /** Usually the user's name or e-mail address. */
  friendlyName: string;
  /** In conversations. */
  identity: string;
}

/**
 * Finds a worker of a TaskRouter workspace.
 *
 * @param worker the SID, `WK…`, or the friendly name
 * @returns undefined when there is none
 * @throws TwilioRefused, TwilioUnavailable, Misconfigured
 * @see https://www.twilio.com/docs/taskrouter/api/worker
 */
export async function findWorker(
  api: TwilioApi,
  workspaceSid: string,
  worker: string,
): Promise<TaskRouterWorker | undefined> {
  const { workers } = api.client.taskrouter.v1.workspaces(workspaceSid);
  if (/^WK[0-9a-fA-F]{32}$/.test(worker)) {
    const fetched = persist(api, 'fetch worker', () => workers(worker).fetch());
    return describeWorker(await orIfMissing(fetched, undefined));
  }
  const listed = persist(api, 'list workers', () =>
    workers.list({ friendlyName: worker, limit: 2, pageSize: 2 }),
  );
  const [found] = await orIfMissing(listed, []);
  return describeWorker(found);
}

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

/** Flex keeps an agent's identity in the worker's `contact_uri`, e.g. `client:alice_40example_2Ecom`. */
function describeWorker(
  worker: { sid: string; friendlyName: string; attributes: string } | undefined,
): TaskRouterWorker | undefined {
  if (!worker) return undefined;
  const { sid, friendlyName, attributes } = worker;
  const uri = parseAttributes(attributes)?.contact_uri;
  const identity = typeof uri === 'string' ? uri.replace(/^client:/, '') : '';
  return { sid, friendlyName, identity: identity || friendlyName };
}
