import { customer, routing } from '../support/data';
import { type FixtureName, fixture } from '../support/fixtures';

export const conversation = `CH${'0'.repeat(31)}1`;
export const groupConversation = `CH${'0'.repeat(31)}2`;
export const participant = `MB${'0'.repeat(31)}1`;

const data = {
  '/customers.json': {
    customers: [
      customer({
        customer_id: '1',
        display_name: 'María Gómez',
        worker: 'alice@example.com',
        country: 'US',
        avatar: 'https://example.com/1.png',
        channels: [{ type: 'sms', value: '+12125550101' }],
        fields: { plan: 'Gold plan', bio: 'Gold plan '.repeat(4_000) },
      }),
      customer({
        customer_id: '2',
        display_name: 'Bo Gómez',
        worker: 'bob@example.com',
        channels: [{ type: 'sms', value: '+12125550102' }],
      }),
      // A page of these does not fit in what Frontline reads.
      ...Array.from({ length: 34 }, (_, index) =>
        customer({
          customer_id: `long-${index}`,
          display_name: `Gómez ${'é'.repeat(250)}`,
          worker: 'alice@example.com',
          avatar: `https://example.com/${'a'.repeat(1_500)}`,
        }),
      ),
    ],
  },
  '/routing.json': routing({
    customerAccess: 'own',
    proxyAddresses: {
      rules: [{ channel: 'sms', countries: ['GB'], proxyAddress: '+442079460190' }],
      defaults: { sms: '+16465550190', whatsapp: 'whatsapp:+16465550190', chat: 'support' },
    },
    routing: {
      pool: ['alice@example.com', 'bob@example.com'],
      defaultWorker: 'carol@example.com',
      respectAvailability: true,
      unavailableOwner: 'next',
    },
  }),
  '/templates.json': {
    categories: [
      {
        display_name: 'A',
        templates: [
          { content: 'Hi {{customer.display_name}} {{customer.fields.plan}}' },
          { content: '1 {{customer.fields.bio}}' },
          { content: '2 {{customer.fields.bio}}' },
        ],
      },
    ],
  },
};
export const validAssets = Object.fromEntries(
  Object.entries(data).map(([name, value]) => [name, JSON.stringify(value)]),
);

export interface Subject {
  file: string;
  /** The field that names the action. */
  by: 'Location' | 'EventType';
  fixtures: FixtureName[];
  /** What its events can come to: each must turn up, and nothing else. */
  statuses: number[];
  /** Events that chance seldom makes, each of which comes to one of the statuses. */
  rare?: Record<string, string>[];
  /** An event for which Twilio is asked. */
  asking?: Record<string, string>;
  /** How many events are tried, where each takes long. */
  runs?: number;
  /** The function's own, of which nothing may be left over when the caller stops waiting. */
  budgetMs: number;
}

/** Another worker's customer: Twilio is asked who is in a conversation with whom. */
const anothers = (name: FixtureName) => ({ ...fixture(name), Worker: 'alice@example.com', CustomerId: '2' });

const frontline = { by: 'Location', budgetMs: 5_000 } as const;
export const subjects: Subject[] = [
  {
    ...frontline,
    file: 'outgoing-conversation',
    fixtures: ['get-proxy-address'],
    statuses: [200, 400, 404, 422, 500],
    // The customer's address is our own.
    rare: [{ ...fixture('get-proxy-address'), ChannelValue: '+16465550190' }],
  },
  {
    ...frontline,
    file: 'crm',
    fixtures: ['get-customers-list', 'get-customer-details'],
    statuses: [200, 400, 403, 404, 422, 500, 502, 503],
    rare: [anothers('get-customer-details')],
    asking: anothers('get-customer-details'),
  },
  {
    ...frontline,
    file: 'templates',
    fixtures: ['get-templates'],
    statuses: [200, 400, 403, 404, 422, 500, 502, 503],
    rare: [anothers('get-templates')],
    asking: anothers('get-templates'),
  },
  {
    file: 'routing',
    by: 'EventType',
    fixtures: ['on-conversation-route', 'on-conversation-route-group-mms'],
    statuses: [200, 400, 404, 422, 500, 502, 503],
    asking: fixture('on-conversation-route'),
    // Each asks Twilio several times.
    runs: 500,
    budgetMs: 9_000,
  },
  {
    file: 'conversations',
    by: 'EventType',
    fixtures: [
      'on-conversation-add-inbound',
      'on-conversation-add-outbound',
      'on-conversation-add-group-mms',
      'on-conversation-add-whatsapp',
      'on-participant-added-customer',
      'on-participant-added-worker',
      'on-participant-added-group-member',
      'on-participant-added-projected',
    ],
    statuses: [200, 400, 404, 500, 502, 503],
    asking: fixture('on-participant-added-customer'),
    // Somebody who has left.
    rare: [{ ...fixture('on-participant-added-customer'), ParticipantSid: `MB${'f'.repeat(32)}` }],
    budgetMs: 3_500,
  },
];
