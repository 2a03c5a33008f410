import type { WorkerInstance } from 'twilio/lib/rest/taskrouter/v1/workspace/worker';
import { parseAttributes } from '../attributes';
import { orIfMissing, retry, type TwilioApi, unexpectedResponse } from './api';

/** A Flex agent, as a TaskRouter worker. */
export interface TaskRouterWorker {
  /** `WK…` */
  sid: string;
  /** Usually the user's name or e-mail address. */
  friendlyName: string;
  /** The identity in conversations, e.g. `alice_40example_2Ecom`. */
  identity: string;
}

/**
 * Finds a worker in a TaskRouter workspace.
 *
 * @param workspaceSid `WS…`
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
    const fetched = retry(api, 'fetch worker', async () => readWorker(await workers(worker).fetch()));
    return orIfMissing(fetched, undefined);
  }
  const listed = retry(api, 'list workers', async () =>
    (await workers.list({ friendlyName: worker, limit: 2, pageSize: 2 })).map(readWorker),
  );
  const [found] = await orIfMissing(listed, []);
  return found;
}

/** Flex keeps an agent's identity in the worker's `contact_uri`, e.g. `client:alice_40example_2Ecom`. */
function readWorker({ sid, friendlyName, attributes }: WorkerInstance): TaskRouterWorker {
  if (typeof sid !== 'string' || typeof friendlyName !== 'string') throw unexpectedResponse();
  const uri = parseAttributes(attributes)?.contact_uri;
  const identity = typeof uri === 'string' ? uri.replace(/^client:/, '') : '';
  return { sid, friendlyName, identity: identity || friendlyName };
}
