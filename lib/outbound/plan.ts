import { type Address, addressKey } from '../address';
import type { Caller } from '../caller';
import { Forbidden, InvalidEvent, Misconfigured, NotFound, Unprocessable } from '../errors';
import type { ChannelType, Customer, Routing } from '../model';
import { decideProxy, type ProxyDecision } from '../proxy-addresses/choose';
import type { TwilioApi } from '../twilio/api';
import { findWorker, type InteractionRequest } from '../twilio/flex';
import type { MessageContent, OutgoingMessage } from '../twilio/messages';
import { type Copy, checkDestination, requireForeign } from './recipient';
import type { TaskFields } from './request';

/** A first message and the conversation that is to begin with it. */
export interface OutboundPlan {
  channel: string;
  /** The customer as Twilio's participants have one. */
  customer: { address: Address } | { identity: string };
  /** Ours; undefined for chat, where there is none. */
  proxyAddress: string | undefined;
  /** TaskRouter's, `WS…`. */
  workspaceSid: string;
  interaction: InteractionRequest;
  message: OutgoingMessage;
  /** What happens where the two have an open conversation: it is refused, or written into. */
  onActive: 'refuse' | 'reuse';
}

/** Who starts a conversation. */
export interface OutboundWorker {
  /** TaskRouter's, `WK…`. */
  sid: string;
  /** In conversations: the author of the message. */
  identity: string;
  /** As the routing data names workers, often an e-mail address. */
  name: string;
}

/** Between whom a conversation is to be. */
export interface OutboundParties {
  channel: ChannelType;
  to: Address;
  customer: Customer | undefined;
  /** An e-mail's further recipients. */
  copies: Copy[];
  worker: OutboundWorker;
  task: TaskFields;
}

/** What is configured. */
export interface OutboundConfiguration {
  routing: Routing;
  workspace: FlexWorkspace;
  env: Readonly<Record<string, unknown>>;
}

/**
 * Plans a first message: from which of our addresses, and the interaction that it begins, as the Interactions API
 * wants it for the channel.
 *
 * @returns the plan, and the rule that named our address; none for chat, which has no such address
 * @throws NotFound when the channel has no proxy address; Misconfigured when the one it has is wrong; as
 *   `checkDestination`
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
 * @see https://www.twilio.com/docs/flex/developer/conversations/send-outbound-messages-via-sms-and-whatsapp whose
 *   samples have the `type` of SMS and WhatsApp in the channel's properties and participants, too
 */
export function planOutbound(
  parties: OutboundParties,
  content: MessageContent,
  onActive: 'refuse' | 'reuse',
  { routing, workspace, env }: OutboundConfiguration,
): { plan: OutboundPlan; rule: string | undefined } {
  const { channel, to, customer, copies, worker, task } = parties;
  checkDestination(to, customer, routing, env);
  for (const { address } of copies) requireForeign(addressKey(address, 'email') ?? address, routing, env);
  const proxy = channel === 'chat' ? undefined : chooseProxy(parties, routing, env);
  const customerName = task.customerName ?? customer?.display_name ?? to.value;
  const taskChannel = routing.flex.taskChannels[channel];
  const proxyAddress = proxy?.proxyAddress;
  const plan = {
    channel,
    customer: channel === 'chat' ? { identity: to.value } : { address: to },
    proxyAddress,
    workspaceSid: workspace.workspaceSid,
    interaction: {
      channel: {
        type: channel,
        initiated_by: 'agent',
        ...(channel !== 'chat' && {
          properties: {
            type: channel,
            ...(channel === 'email' && {
              from: proxyAddress,
              from_name: routing.flex.emailFromName ?? proxyAddress,
            }),
          },
        }),
        participants: describeParticipants(parties, proxyAddress, customerName),
      },
      routing: {
        properties: {
          workspace_sid: workspace.workspaceSid,
          workflow_sid: workspace.workflowSid,
          queue_sid: workspace.queueSid,
          worker_sid: worker.sid,
          ...(taskChannel !== undefined && { task_channel_unique_name: taskChannel }),
          ...(task.priority !== undefined && { priority: task.priority }),
          attributes: {
            ...task.attributes,
            customerName,
            customerAddress: to.value,
            ...(customer && { customer_id: customer.customer_id }),
            direction: 'outbound',
          },
        },
      },
      ...(task.interactionContextSid !== undefined && {
        interactionContextSid: task.interactionContextSid,
      }),
    },
    message: { ...content, author: worker.identity },
    onActive,
  };
  return { plan, rule: proxy?.rule };
}

/** The same rules as for `GetProxyAddress`. */
function chooseProxy(
  { channel, to, customer, worker }: OutboundParties,
  routing: Routing,
  env: Readonly<Record<string, unknown>>,
): ProxyDecision {
  const request = {
    channel,
    address: to,
    worker: worker.name,
    customerId: customer?.customer_id ?? '',
    country: customer?.country,
  };
  const decision = decideProxy(request, routing, env);
  if (decision) return decision;
  throw new NotFound('no_proxy_address', 'No proxy address is configured for this channel.');
}

function describeParticipants(
  { channel: type, to, copies }: OutboundParties,
  proxyAddress: string | undefined,
  name: string,
): object[] {
  switch (type) {
    case 'chat':
      return [{ identity: to.value }];
    case 'email':
      return [{ level: 'to', name, address: to.value }, ...copies];
    default:
      // Of Messenger, Twilio's documentation says nothing: its addresses have this form wherever else they stand.
      return [{ address: to.value, proxy_address: proxyAddress, type }];
  }
}

/** Where Flex does its work. */
export interface FlexWorkspace {
  workspaceSid: string;
  workflowSid: string;
  queueSid: string;
}

/** The environment variable that says what the data does not. */
const environmentNames: Record<keyof FlexWorkspace, string> = {
  workspaceSid: 'FLEX_WORKSPACE_SID',
  workflowSid: 'FLEX_WORKFLOW_SID',
  queueSid: 'FLEX_QUEUE_SID',
};

/** What the SIDs begin with. */
const sidPrefixes: Record<keyof FlexWorkspace, string> = {
  workspaceSid: 'WS',
  workflowSid: 'WW',
  queueSid: 'WQ',
};

/**
 * The workspace, workflow and queue: from the routing data, else from the environment.
 *
 * @throws Misconfigured naming the first that neither has, or that is no such SID
 */
export function flexWorkspace(routing: Routing, env: Readonly<Record<string, unknown>>): FlexWorkspace {
  const read = (name: keyof FlexWorkspace): string => {
    const value = routing.flex[name] ?? env[environmentNames[name]];
    const prefix = sidPrefixes[name];
    if (typeof value === 'string' && new RegExp(`^${prefix}[0-9a-fA-F]{32}$`).test(value)) return value;
    throw new Misconfigured('flex_not_configured', {
      file: 'assets/routing.private.json',
      field: `flex.${name}`,
      fix: isPadded(value)
        ? `remove the blanks or line breaks around ${environmentNames[name]} in the environment`
        : `give the SID that begins with ${prefix} there, or in the environment as ${environmentNames[name]}`,
    });
  };
  return { workspaceSid: read('workspaceSid'), workflowSid: read('workflowSid'), queueSid: read('queueSid') };
}

function isPadded(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '' && value.trim() !== value;
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
