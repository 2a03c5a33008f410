import type { TimelineEntry } from '../../simulator/api';
import { botIdentity } from '../../simulator/scenarios/context';
import { type RunningLocal, root, startLocal } from './local';
import { TwilioOpenApi } from './openapi';

const openApi = new TwilioOpenApi();

/** A local Twilio that the tests of a file use from outside. */
export interface UsedLocal {
  running: RunningLocal;
  /** Calls the control API, and reads its answer. */
  api<T>(method: string, path: string, body?: object): Promise<T>;
  /** The workers in a conversation. */
  workersOf(sid: string | undefined): (string | undefined)[];
}

/**
 * Starts one for the tests of a file and resets it before each. Everything that the functions asked of Twilio, and
 * every answer, must be as Twilio describes it.
 *
 * @param isToolkits tells what Twilio's own toolkit does beyond the description
 */
export function useLocal(project = root, isToolkits = (_problem: string): boolean => false): UsedLocal {
  const running = {} as RunningLocal;
  let problems: string[];
  beforeAll(async () => {
    Object.assign(running, await startLocal(project));
    running.local.rest.onRequest(({ request, answer, fault }) => {
      if (answer && !fault)
        problems.push(...openApi.check(request, answer).filter((one) => !isToolkits(one)));
    });
  });
  afterAll(() => running.stop());
  beforeEach(() => {
    problems = [];
    running.local.reset();
  });
  afterEach(() => expect(problems).toEqual([]));
  return {
    running,
    api: async (method, path, body) => {
      const response = await fetch(`${running.console}${path}`, {
        method,
        ...(body && { body: JSON.stringify(body) }),
      });
      return (await response.json()) as never;
    },
    workersOf: (sid) =>
      running
        .conversation(sid ?? '')
        .participants.flatMap(({ identity = botIdentity }) => (identity === botIdentity ? [] : [identity])),
  };
}

/** The webhooks among the entries of a timeline. */
export const webhooks = (entries: TimelineEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
