import { type Address, parseAddress, spellings } from '../../lib/address';
import { routing } from '../support/data';
import { type ConversationSetup, faults, type ParticipantSetup } from '../support/fake-twilio';
import { runtimes, useRuntime } from '../support/runtimes';
import { data, details, path, worker } from './crm-data';

const withAccess = (given: Parameters<typeof routing>[0]) => ({
  ...data,
  '/routing.json': JSON.stringify(routing({ customerAccess: 'own', ...given })),
});

describe.each(runtimes)('GetCustomerDetailsByCustomerId where customerAccess is own, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: withAccess({}) });
  const conversation = `CH${'0'.repeat(31)}1`;
  const proxyAddress = '+16465550190';
  const bobsAddress = { address: '+12125550102', proxyAddress };
  const forbidden = {
    status: 403,
    body: { code: 'customer_of_another_worker', message: 'This customer belongs to another worker.' },
  };
  let queries: string[];

  beforeEach(() => {
    running.twilio.reset();
    queries = [];
    running.twilio.rest.onRequest(({ request: { path: asked, query } }) => {
      const { PageSize, ...rest } = query;
      const parameters = Object.entries(rest).map((entry) => entry.join('='));
      queries.push([asked, ...parameters].join(' '));
    });
  });
  afterEach(() => running.twilio.reset());
  const open = (CustomerId = 'bobs') => running.call(path, { ...details, Worker: worker, CustomerId });
  const memberships = (base = '/v1') =>
    [
      'Address=+12125550102',
      'Address=whatsapp:+12125550102',
      'Address=bobs@example.com',
      'Identity=bobs-customer',
    ].map((query) => `${base}/ParticipantConversations ${query}`);

  it.each(['ada', 'nobodys'])(
    'opens a customer of the worker, or of no worker, without asking Twilio: %s',
    async (id) => {
      await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
      expect(await open(id)).toMatchObject({ status: 200 });
      await running.setEnv({});
      expect(queries).toEqual([]);
    },
  );

  it('refuses a customer who has no address without asking Twilio', async () => {
    expect(await open('unreachable')).toMatchObject(forbidden);
    expect(queries).toEqual([]);
  });

  it.each<[string, ParticipantSetup]>([
    ['SMS', bobsAddress],
    [
      'WhatsApp, on a number that the card has for SMS',
      { address: 'whatsapp:+12125550102', proxyAddress: `whatsapp:${proxyAddress}` },
    ],
    ['e-mail', { address: 'bobs@example.com', proxyAddress: 'support@example.com' }],
    ['chat', { identity: 'bobs-customer' }],
  ])('opens a customer with whom the worker is in a conversation by %s', async (_title, participant) => {
    running.twilio.addConversation({ sid: conversation }, [participant, { identity: worker }]);
    expect(await open()).toMatchObject({
      status: 200,
      body: { objects: { customer: { customer_id: 'bobs' } } },
    });
    expect(queries.sort()).toEqual(
      [...memberships(), `/v1/Conversations/${conversation}/Participants`].sort(),
    );
  });

  it('asks for every spelling of a number, on SMS and on WhatsApp', async () => {
    const { key } = parseAddress('whatsapp:+5215555550101') as Address;
    const forms = (['sms', 'whatsapp'] as const).flatMap((type) => parseAddress(key, type) ?? []);
    const asked = new Set(['whatsapp:+5215555550101', ...forms.flatMap(spellings)]);
    const last = [...asked].at(-1) ?? '';
    const conversationWith = { address: last, proxyAddress: `whatsapp:${proxyAddress}` };
    running.twilio.addConversation({ sid: conversation }, [conversationWith, { identity: worker }]);
    expect((await open('mexican')).status).toBe(200);
    const lookups = queries.filter((query) => query.includes('Address='));
    expect(lookups.sort()).toEqual(
      [...asked].map((address) => `/v1/ParticipantConversations Address=${address}`).sort(),
    );
  });

  it.each<[string, ConversationSetup['state'], ParticipantSetup[], number]>([
    ['inactive', 'inactive', [bobsAddress, { identity: worker }], 200],
    ['closed', 'closed', [bobsAddress, { identity: worker }], 403],
    ["another worker's", 'active', [bobsAddress, { identity: 'bob@example.com' }], 403],
    ['of nobody yet', 'active', [bobsAddress], 403],
    ["another customer's", 'active', [{ address: '+12125550103', proxyAddress }, { identity: worker }], 403],
  ])('where the conversation is %s (%s, %j), answers %d', async (_title, state, participants, status) => {
    running.twilio.addConversation({ sid: conversation, ...(state && { state }) }, participants);
    expect((await open()).status).toBe(status);
  });

  it('finds the open conversation among many closed ones', async () => {
    const sidOf = (index: number) => `CH${String(index).padStart(32, '0')}`;
    for (let index = 0; index < 60; index++) {
      running.twilio.addConversation({ sid: sidOf(index), state: 'closed' }, [
        bobsAddress,
        { identity: worker },
      ]);
    }
    running.twilio.addConversation({ sid: sidOf(60) }, [bobsAddress, { identity: worker }]);
    expect((await open()).status).toBe(200);
  });

  it('opens a customer who is found by one address, although Twilio refuses another one', async () => {
    const both = [bobsAddress, { identity: 'bobs-customer' }, { identity: worker }];
    running.twilio.addConversation({ sid: conversation }, both);
    running.twilio.fail({ path: '/v1/ParticipantConversations' }, { status: 400, code: 20001 }, 1);
    expect((await open()).status).toBe(200);
  });

  it('asks the conversation service that the data names', async () => {
    const { defaultServiceSid } = running.twilio.state;
    running.twilio.addConversation({ sid: conversation }, [bobsAddress, { identity: worker }]);
    await running.setData(withAccess({ conversationServiceSid: defaultServiceSid }));
    expect((await open()).status).toBe(200);
    await running.setData(withAccess({}));
    const base = `/v1/Services/${defaultServiceSid}`;
    expect(queries.sort()).toEqual(
      [...memberships(base), `${base}/Conversations/${conversation}/Participants`].sort(),
    );
  });

  it('answers 500 where the conversation service of the data is wrong', async () => {
    await running.setData(withAccess({ conversationServiceSid: `IS${'f'.repeat(32)}` }));
    running.twilio.fail({ path: /ParticipantConversations/ }, { status: 404, code: 20404 });
    const { status, body, lines } = await open();
    expect([status, body]).toMatchObject([500, { code: 'conversation_service_not_found' }]);
    await running.setData(withAccess({}));
    expect(lines).toEqual([
      expect.objectContaining({ file: 'assets/routing.private.json', field: 'conversationServiceSid' }),
    ]);
  });

  it('answers 503, not 403, when Twilio fails', async () => {
    running.twilio.fail({ path: '/v1/ParticipantConversations' }, faults.serverError);
    expect(await open()).toMatchObject({ status: 503, body: { code: 'twilio_unavailable' } });
  });

  it('answers 500 when Twilio refuses the credentials', async () => {
    running.twilio.fail({ path: '/v1/ParticipantConversations' }, { status: 401, code: 20003 });
    expect(await open()).toMatchObject({ status: 500, body: { code: 'credentials_refused' } });
  });

  it('answers 500 where credentials are missing and needed', async () => {
    await running.setEnv({ ACCOUNT_SID: undefined, AUTH_TOKEN: undefined });
    expect(await open()).toMatchObject({ status: 500, body: { code: 'missing_credentials' } });
    await running.setEnv({});
  });
});
