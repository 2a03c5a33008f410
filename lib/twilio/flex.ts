import type { WorkerInstance } from 'twilio/lib/rest/taskrouter/v1/workspace/worker';
import { TwilioRefused } from '../errors';
import { parseAttributes } from '../text';
import {
  attemptOnce,
  credentialsRefused,
  orIfMissing,
  retry,
  type TwilioApi,
  unexpectedResponse,
} from './api';
import { parseObject, RequestFailure } from './http-client';

/** What a begun interaction consists of. */
export interface Interaction {
  /** `KD…` */
  sid: string;
  /** `UO…` */
  channelSid: string;
  /** `CH…` */
  conversationSid: string;
  /** `WT…` */
  taskSid: string;
}

/** What an interaction is created with, as the Interactions API takes it. */
export interface InteractionRequest {
  channel: object;
  routing: { properties: { attributes: Record<string, unknown>; [name: string]: unknown } };
  /** `HQ…`, passed on as it is. */
  interactionContextSid?: string;
}

/** A channel on its way: `setup`, then `active` or `failed`. */
export interface ChannelState {
  status: string;
  errorCode: number | undefined;
}

/** Where a task's and a message's attributes have the tag by which they are found again. */
export const tagAttribute = 'outbound_request';

/**
 * Creates an interaction. It is not repeated where Twilio may have taken the request.
 *
 * @param tag stands in the task's attributes as `outbound_request`, so that what was created can be found again
 * @throws as `attemptOnce`
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
 */
export function createInteraction(
  api: TwilioApi,
  workspaceSid: string,
  { channel, routing, ...more }: InteractionRequest,
  tag: string,
): Promise<Interaction> {
  const { properties } = routing;
  const attributes = { ...properties.attributes, [tagAttribute]: tag };
  return attemptOnce(
    api,
    'create interaction',
    async () => {
      const created = await api.client.flexApi.v1.interaction.create({
        ...more,
        channel,
        routing: { properties: { ...properties, attributes } },
      });
      const interaction = readInteraction(created.sid, created.channel, created.routing);
      if (interaction) return interaction;
      throw unexpectedResponse();
    },
    () => findInteraction(api, workspaceSid, tag),
  );
}

/**
 * Finds the interaction that was created with a tag by its task, the newest first. Tasks are not listed at the very
 * moment they exist.
 *
 * @returns undefined when there is none
 * @see https://www.twilio.com/docs/taskrouter/api/task#list-all-task-resources
 */
export async function findInteraction(
  api: TwilioApi,
  workspaceSid: string,
  tag: string,
): Promise<Interaction | undefined> {
  const tasks = await retry(api, 'list tasks', () =>
    api.client.taskrouter.v1.workspaces(workspaceSid).tasks.list({
      evaluateTaskAttributes: `${tagAttribute} == "${tag}"`,
      ordering: 'DateCreated:desc',
      limit: 20,
      pageSize: 20,
    }),
  );
  for (const { sid: taskSid, attributes: listed } of tasks) {
    let attributes = readJsonField(listed);
    if (attributes[tagAttribute] !== tag) attributes = await fetchTaskAttributes(api, workspaceSid, taskSid);
    if (attributes[tagAttribute] !== tag) continue;
    const { flexInteractionSid, flexInteractionChannelSid, conversationSid } = attributes;
    const sids = [flexInteractionSid, flexInteractionChannelSid, conversationSid];
    if (!sids.every((sid) => typeof sid === 'string')) continue;
    const [sid, channelSid, conversation] = sids as [string, string, string];
    return { sid, channelSid, conversationSid: conversation, taskSid };
  }
  return undefined;
}

/**
 * Looks for a task of a conversation: Flex gives every task of an interaction the conversation's SID.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api
 */
export async function hasTask(
  api: TwilioApi,
  workspaceSid: string,
  conversationSid: string,
): Promise<boolean> {
  const listed = retry(api, 'list tasks', () =>
    api.client.taskrouter.v1.workspaces(workspaceSid).tasks.list({
      evaluateTaskAttributes: `conversationSid == "${conversationSid}"`,
      limit: 1,
      pageSize: 1,
    }),
  );
  return (await orIfMissing(listed, [])).length > 0;
}

/** @returns the SIDs of the account's TaskRouter workspaces; none where there is no TaskRouter */
export async function listWorkspaces(api: TwilioApi): Promise<string[]> {
  const listed = retry(api, 'list workspaces', () =>
    api.client.taskrouter.v1.workspaces.list({ limit: 20, pageSize: 20 }),
  );
  return (await orIfMissing(listed, [])).map(({ sid }) => sid);
}

/** A task that was listed for its attributes has them, whether the list shows them or not. */
async function fetchTaskAttributes(
  api: TwilioApi,
  workspaceSid: string,
  taskSid: string,
): Promise<Record<string, unknown>> {
  const fetched = retry(api, 'fetch task', () =>
    api.client.taskrouter.v1.workspaces(workspaceSid).tasks(taskSid).fetch(),
  );
  return readJsonField((await orIfMissing(fetched, undefined))?.attributes);
}

/**
 * Reads how far an interaction's channel is.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/channels-subresource
 */
export async function fetchChannelState(api: TwilioApi, interaction: Interaction): Promise<ChannelState> {
  const channels = await retry(api, 'list channels', () =>
    api.client.flexApi.v1.interaction(interaction.sid).channels.list({ limit: 20, pageSize: 20 }),
  );
  const channel = channels.find(({ sid }) => sid === interaction.channelSid) ?? channels[0];
  return { status: channel?.status ?? 'setup', errorCode: channel?.errorCode ?? undefined };
}

/**
 * Closes an interaction's channel and with it its tasks: they may not be cancelled by themselves. One that is closed
 * or gone is fine.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/best-practices
 */
export async function closeChannel(api: TwilioApi, { sid, channelSid }: Interaction): Promise<void> {
  const closed = retry(api, 'close channel', () =>
    api.client.flexApi.v1
      .interaction(sid)
      .channels(channelSid)
      .update({ status: 'closed', routing: { status: 'closed' } }),
  );
  await orIfMissing(closed, undefined);
}

/** The answer to a create says only that Twilio has accepted it, and where it will all be. */
function readInteraction(sid: unknown, channel: unknown, routing: unknown): Interaction | undefined {
  const { properties } = readJsonField(routing) as { properties?: unknown };
  const { sid: taskSid, attributes } = readJsonField(properties);
  const { conversationSid, flexInteractionChannelSid } = readJsonField(attributes);
  const channelSid = readJsonField(channel).sid ?? flexInteractionChannelSid;
  const sids = [sid, channelSid, conversationSid, taskSid];
  if (!sids.every((one) => typeof one === 'string')) return undefined;
  const [interaction, ofChannel, conversation, task] = sids as [string, string, string, string];
  return { sid: interaction, channelSid: ofChannel, conversationSid: conversation, taskSid: task };
}

/** JSON fields come as text or as what the text stands for. */
function readJsonField(value: unknown): Record<string, unknown> {
  if (typeof value === 'string') return parseAttributes(value) ?? {};
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

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

/**
 * Asks Twilio to validate a Flex token, with the request that `twilio-flex-token-validator` makes. That package ignores
 * the HTTP status and has no time-out, so that an outage, wrong credentials of ours and an invalid token differ only in the
 * text of a message. The SDK's client has a time limit and keeps status and code.
 *
 * @returns what Twilio says about the token; it is valid only if `valid` is true
 * @throws TwilioUnavailable when Twilio could not be asked; Misconfigured when it does not accept our credentials
 * @see https://github.com/twilio/twilio-flex-token-validator
 */
export async function validateFlexToken(api: TwilioApi, token: string): Promise<Record<string, unknown>> {
  const { client } = api;
  const uri = `https://iam.twilio.com/v1/Accounts/${client.accountSid}/Tokens/validate`;
  try {
    return await retry(api, 'validate Flex token', async () => {
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' };
      const { body } = await client.request({ method: 'post', uri, headers, data: { token } });
      const verdict = parseObject(body);
      if (!verdict) throw unexpectedResponse();
      return verdict;
    });
  } catch (error) {
    if (isAboutToken(error)) return { valid: false };
    // The path has only our account's SID: Twilio does not know the account, or does not let it ask.
    const isAccount = error instanceof TwilioRefused && [403, 404].includes(Number(error.facts.twilioStatus));
    if (isAccount) throw credentialsRefused(error);
    // Only the token differs from other requests.
    if (error instanceof TwilioRefused) return { valid: false };
    throw error;
  }
}

/**
 * 20101 and its neighbors are about a token. As far as is known they come with status 200; with 401 they must not be
 * mistaken for an error in our own credentials.
 *
 * @see https://www.twilio.com/docs/api/errors/20101
 */
function isAboutToken(error: unknown): boolean {
  const cause = (error as Error).cause;
  if (!(cause instanceof RequestFailure)) return false;
  const { status = 0, code } = cause;
  return status < 500 && typeof code === 'number' && code > 20_100 && code < 20_200;
}
