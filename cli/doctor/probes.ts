import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { ChannelType } from '../../lib/model';
import type { Subject } from './subject';

/** A signed request to a callback that changes nothing. */
export interface Probe {
  /** The action, e.g. `GetProxyAddress`. */
  name: string;
  path: string;
  fields: Record<string, string>;
  /** How long the caller waits, in milliseconds. */
  limitMs: number;
  /** The status of the answer when all is well. */
  status: number;
  /** @returns what is wrong with the body; undefined when it is as it should be */
  problemOf(body: unknown): string | undefined;
}

/** The callbacks that only Twilio may call. */
export const protectedPaths = [
  '/callbacks/conversations',
  '/callbacks/crm',
  '/callbacks/outgoing-conversation',
  '/callbacks/routing',
  '/callbacks/templates',
];

/** A conversation that does not exist. */
const noConversation = `CH${'f'.repeat(32)}`;
/** Frontline, Conversations and routing wait so long. @see https://www.twilio.com/docs/frontline/callbacks */
const limits = { frontline: 6_000, conversations: 5_000, routing: 10_000 };

/** @returns the probes for this data */
export function listProbes({ routing, customers }: Subject): Probe[] {
  const worker = routing.workers[0]?.identity ?? 'doctor';
  const reached = findReachable(routing.proxyAddresses.defaults, customers);
  const isRoutedHere = routing.routing.on === 'onConversationRoute';
  return [
    ...(reached
      ? [
          frontlineProbe(
            'GetProxyAddress',
            '/callbacks/outgoing-conversation',
            {
              Worker: worker,
              CustomerId: reached.customerId,
              ChannelType: reached.channel,
              ChannelValue: reached.address,
            },
            (body) => (isText(body, 'proxy_address') ? undefined : 'it has no proxy_address'),
          ),
        ]
      : []),
    frontlineProbe('GetCustomersList', '/callbacks/crm', { Worker: worker, PageSize: '1' }, (body) => {
      const { customers: list } = Object(Object(body).objects) as { customers?: unknown };
      return Array.isArray(list) ? undefined : 'it has no objects.customers';
    }),
    frontlineProbe('GetTemplatesByCustomerId', '/callbacks/templates', { Worker: worker }, (body) => {
      const isList = Array.isArray(body) && body.every((one) => isText(one, 'display_name'));
      return isList ? undefined : 'it is no list of categories';
    }),
    {
      name: 'onConversationRoute',
      path: '/callbacks/routing',
      fields: { EventType: 'onConversationRoute', ConversationSid: noConversation },
      limitMs: limits.routing,
      // The conversation does not exist, and finding that out takes a request to Twilio.
      status: isRoutedHere ? 404 : 200,
      problemOf: (body) => {
        const { code, routed } = Object(body) as { code?: unknown; routed?: unknown };
        const isFine = isRoutedHere ? code === 'conversation_not_found' : routed === false;
        return isFine ? undefined : `its code is ${String(code)}, not conversation_not_found`;
      },
    },
    ...(reached
      ? [
          conversationsProbe(
            'onConversationAdd',
            {
              Attributes: '{}',
              'MessagingBinding.Address': reached.address,
              'MessagingBinding.ProxyAddress': reached.proxyAddress,
            },
            (body) =>
              isText(body, 'friendly_name') ? undefined : 'it names nobody for the address of a customer',
          ),
        ]
      : []),
    conversationsProbe('onDoctorProbe', {}, (body) =>
      JSON.stringify(body) === '{}' ? undefined : 'it is not empty for an unknown event',
    ),
  ];
}

function frontlineProbe(
  name: string,
  path: string,
  fields: Record<string, string>,
  problemOf: Probe['problemOf'],
): Probe {
  return {
    name,
    path,
    fields: { Location: name, ...fields },
    limitMs: limits.frontline,
    status: 200,
    problemOf,
  };
}

function conversationsProbe(
  name: string,
  fields: Record<string, string>,
  problemOf: Probe['problemOf'],
): Probe {
  return {
    name,
    path: '/callbacks/conversations',
    fields: { EventType: name, ...fields },
    limitMs: limits.conversations,
    status: 200,
    problemOf,
  };
}

/** @returns a customer's address on a channel on which we have one */
function findReachable(
  defaults: Partial<Record<ChannelType, string>>,
  customers: Subject['customers'],
): { customerId: string; channel: string; address: string; proxyAddress: string } | undefined {
  for (const channel of ['sms', 'whatsapp'] as const) {
    const proxyAddress = defaults[channel];
    if (proxyAddress === undefined) continue;
    for (const { customer_id: customerId, channels } of customers) {
      const found = channels.find(({ type }) => type === channel);
      if (found) return { customerId, channel, address: found.value, proxyAddress };
    }
  }
  return undefined;
}

function isText(value: unknown, name: string): boolean {
  const text = (Object(value) as Record<string, unknown>)[name];
  return typeof text === 'string' && text !== '';
}

/**
 * @returns a signed form, as Twilio would send it
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-security
 */
export function signForm(
  authToken: string,
  url: string,
  fields: Record<string, string>,
): { method: 'POST'; headers: Record<string, string>; body: string } {
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'X-Twilio-Signature': getExpectedTwilioSignature(authToken, url, fields),
    },
    body: new URLSearchParams(fields).toString(),
  };
}
