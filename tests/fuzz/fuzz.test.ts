import fc from 'fast-check';
import type { TwilioFunction } from '../../lib/edge/callback';
import type { RuntimeContext } from '../../lib/edge/platform';
import { customer, routing } from '../support/data';
import { type FixtureName, fixture } from '../support/fixtures';

/** The clock stands still but for the pauses between tries, so that a budget of seconds is used up in no time. */
const mockClock = { now: 0 };
jest.mock('node:timers/promises', () => ({
  setTimeout: async (ms: number) => {
    mockClock.now += ms;
  },
}));

const runs = 10_000;

/** What must never show in the log: it is in the events and in the data. */
const secrets = [
  '+12125550101',
  '2125550101',
  'María Gómez',
  'my-secret-text',
  'alice@example.com',
  'Gold plan',
];

const data: Record<string, unknown> = {
  '/customers.json': {
    customers: [
      customer({
        customer_id: '1',
        display_name: 'María Gómez',
        worker: 'alice@example.com',
        country: 'US',
        avatar: 'https://example.com/1.png',
        channels: [{ type: 'sms', value: '+12125550101' }],
        fields: { plan: 'Gold plan' },
      }),
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
        templates: [{ content: 'Hi {{customer.display_name}} {{customer.fields.plan}}' }],
      },
    ],
  },
};

class Response {
  statusCode = 200;
  body: unknown;
  headers: Record<string, string> = {};
  setStatusCode(code: number): void {
    this.statusCode = code;
  }
  setBody(body: unknown): void {
    this.body = body;
  }
  appendHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
}

/** How Twilio takes one request. */
type Mood = 'fine' | 404 | 409 | 400 | 401 | 429 | 500 | 'network' | 'odd';
const moods = fc.array(
  fc.constantFrom<Mood>('fine', 'fine', 404, 409, 400, 401, 429, 500, 'network', 'odd'),
  {
    maxLength: 12,
  },
);

/** A client whose requests go as the moods say, and well after them. */
function clientOf(sequence: readonly Mood[], attributes: unknown): object {
  const left = [...sequence];
  const answer = async (value: unknown): Promise<unknown> => {
    const mood = left.shift() ?? 'fine';
    if (mood === 'fine') return value;
    if (mood === 'network')
      throw Object.assign(new Error('socket hang up +12125550101'), { code: 'ECONNRESET' });
    if (mood === 'odd') throw Object.assign(new Error('<html>'), { status: 503 });
    const code = { 404: 20404, 409: 50433, 400: 50000, 401: 20003, 429: 20429, 500: 20500 }[mood];
    throw Object.assign(new Error('about +12125550101'), { status: mood, code });
  };
  const participant = { sid: 'MB1', identity: null, attributes, dateCreated: new Date(0) };
  const participants = Object.assign(
    () => ({
      fetch: () => answer(participant),
      update: () => answer(participant),
      remove: () => answer(true),
    }),
    { list: () => answer([participant]), create: () => answer(participant) },
  );
  return {
    request: async () => undefined,
    conversations: { v1: { conversations: () => ({ participants }) } },
    frontlineApi: { v1: { users: () => ({ fetch: () => answer({ isAvailable: true, state: 'active' }) }) } },
  };
}

const hostile = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '__proto__',
    'constructor',
    'CH../../x',
    '\u0000',
    '\ud800',
    '👩‍👩‍👧',
    '$&',
    '{{customer.display_name}}',
    '{"a":',
    '[]',
    'null',
    "' OR 1=1 --",
    'x'.repeat(70_000),
    'whatsapp:',
    'whatsapp:+12125550101',
    '+12125550101,+12125550102',
    '+',
    '-1',
    '1e99',
    'NaN',
    'my-secret-text',
  ),
  fc.string(),
  fc.jsonValue(),
  fc.array(fc.string()),
  fc.constant(undefined),
);
const fieldNames = [
  'Location',
  'EventType',
  'Worker',
  'CustomerId',
  'ChannelType',
  'ChannelValue',
  'PageSize',
  'Anchor',
  'NextPageToken',
  'Query',
  'ConversationSid',
  'ParticipantSid',
  'Identity',
  'Attributes',
  'RetryCount',
  'MessagingBinding.Address',
  'MessagingBinding.ProxyAddress',
  'MessagingBinding.ProjectedAddress',
  'MessagingBinding.AuthorAddress',
  '__proto__',
  'request',
];

/** Real events with some fields spoiled, and events that are nonsense altogether. */
function events(names: FixtureName[]): fc.Arbitrary<Record<string, unknown>> {
  const spoiled = fc
    .tuple(fc.constantFrom(...names), fc.dictionary(fc.constantFrom(...fieldNames), hostile, { maxKeys: 3 }))
    .map(([name, change]) => ({ ...fixture(name), MessageBody: 'my-secret-text', ...change }));
  return fc.oneof(
    { weight: 4, arbitrary: spoiled },
    fc.dictionary(fc.oneof(fc.constantFrom(...fieldNames), fc.string()), hostile),
  );
}

const subjects: { file: string; fixtures: FixtureName[]; statuses: number[]; codes500: string[] }[] = [
  {
    file: 'outgoing-conversation',
    fixtures: ['get-proxy-address'],
    statuses: [200, 400, 404, 422, 500],
    codes500: ['proxy_is_the_customers'],
  },
  {
    file: 'crm',
    fixtures: ['get-customers-list', 'get-customer-details'],
    statuses: [200, 400, 403, 404, 422],
    codes500: [],
  },
  { file: 'templates', fixtures: ['get-templates'], statuses: [200, 400, 403, 404, 422], codes500: [] },
  {
    file: 'routing',
    fixtures: ['on-conversation-route', 'on-conversation-route-group-mms'],
    statuses: [200, 400, 404, 422, 500, 502, 503],
    codes500: ['credentials_refused'],
  },
  {
    file: 'conversations',
    fixtures: [
      'on-conversation-add-inbound',
      'on-conversation-add-outbound',
      'on-participant-added-customer',
      'on-participant-added-worker',
    ],
    statuses: [200, 400, 500, 502, 503],
    codes500: ['credentials_refused'],
  },
];

interface Outcome {
  calls: [unknown, Response][];
  lines: string[];
  /** What the event's budget of 9 s at most became, by the clock. */
  took: number;
}

async function deliver(
  handler: TwilioFunction,
  event: Record<string, unknown>,
  client: object = clientOf([], '{}'),
): Promise<Outcome> {
  const calls: Outcome['calls'] = [];
  const lines: string[] = [];
  const spies = (['log', 'warn', 'error'] as const).map((level) =>
    jest.spyOn(console, level).mockImplementation((...args: unknown[]) => void lines.push(args.join(' '))),
  );
  const context = { ACCOUNT_SID: 'AC1', AUTH_TOKEN: 'x', getTwilioClient: () => client };
  const started = mockClock.now;
  try {
    await handler(context as unknown as RuntimeContext, event, (error, payload) =>
      calls.push([error, payload as Response]),
    );
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { calls, lines, took: mockClock.now - started };
}

function load(file: string): TwilioFunction {
  let handler: TwilioFunction | undefined;
  jest.isolateModules(() => {
    handler = (require(`../../functions/callbacks/${file}.protected`) as { handler: TwilioFunction }).handler;
  });
  return handler as TwilioFunction;
}

function useAssets(getAssets: () => object): void {
  Object.assign(globalThis, { Runtime: { getAssets }, Twilio: { Response } });
}

const goodAssets = (): object =>
  Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, { path: name, open: () => JSON.stringify(value) }]),
  );

const rejections: unknown[] = [];
const onRejection = (reason: unknown): void => void rejections.push(reason);
beforeAll(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => mockClock.now);
  process.on('unhandledRejection', onRejection);
});
afterAll(() => {
  process.off('unhandledRejection', onRejection);
  jest.restoreAllMocks();
  expect(rejections).toEqual([]);
});

describe.each(subjects)('$file, whatever it is sent', ({ file, fixtures, statuses, codes500 }) => {
  it('answers once, in time, by the rules, with one log line that tells no secret', async () => {
    useAssets(goodAssets);
    const handler = load(file);
    await fc.assert(
      fc.asyncProperty(events(fixtures), moods, hostile, async (event, sequence, attributes) => {
        const { calls, lines, took } = await deliver(handler, event, clientOf(sequence, attributes));
        expect(calls).toHaveLength(1);
        const [error, response] = calls[0] as [unknown, Response];
        expect(error).toBeNull();
        expect(took).toBeLessThan(9_000);

        const text = JSON.stringify(response.body);
        expect(response.headers).toEqual({ 'Content-Type': 'application/json' });
        expect(text.length).toBeLessThanOrEqual(64 * 1024 + 80_000 * Number(file === 'conversations'));
        expect(statuses).toContain(response.statusCode);
        if (event.EventType === 'onConversationAdd' && file === 'conversations') {
          expect(response.statusCode).toBe(200);
        }
        if (response.statusCode >= 400) {
          expect(response.body).toEqual({ code: expect.any(String), message: expect.any(String) });
        }
        if (response.statusCode === 500) expect(codes500).toContain((response.body as { code: string }).code);
        if (response.statusCode === 400)
          expect((response.body as { message: string }).message).toMatch(/^[A-Z][\w.]+ \w/);

        expect(lines).toHaveLength(1);
        const line = JSON.parse(lines[0] as string) as Record<string, unknown>;
        expect(line).toMatchObject({
          status: response.statusCode,
          level: expect.any(String),
          ms: expect.any(Number),
        });
        for (const secret of secrets) expect(lines[0]).not.toContain(secret);
      }),
      { numRuns: runs },
    );
  });
});

describe('onConversationAdd, whatever is wrong with the data', () => {
  it('answers 200', async () => {
    const broken = fc.oneof(
      fc.constant(() => {
        throw new Error('no assets');
      }),
      fc.constant(() => ({})),
      fc.oneof(fc.string(), fc.json()).map((text) => () => ({ '/customers.json': { open: () => text } })),
      fc.constant(() => ({
        '/customers.json': {
          open: () => {
            throw new Error('EIO');
          },
        },
      })),
    );
    await fc.assert(
      fc.asyncProperty(broken, hostile, async (getAssets, attributes) => {
        useAssets(getAssets);
        const event = { ...fixture('on-conversation-add-inbound'), Attributes: attributes };
        const { calls } = await deliver(load('conversations'), event);
        expect(calls.map(([error, { statusCode }]) => [error, statusCode])).toEqual([[null, 200]]);
      }),
      { numRuns: 300 },
    );
  });
});
