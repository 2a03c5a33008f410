import { customer } from '../support/data';
import { ada, VirtualFlex } from './virtual-flex';

const refused = {
  status: 422,
  body: { code: 'own_address', message: 'This is an address of your own: write to a customer.' },
};
const bob = 'bob@example.com';

let flex: VirtualFlex;
beforeEach(() => {
  flex = new VirtualFlex();
});

/** The REST calls since a moment, as `GET /v1/…` with the name that was asked for. */
function callsSince(start: number): string[] {
  return flex.requests.slice(start).map(({ method, path, query }) => {
    const name = new URLSearchParams(query).get('FriendlyName');
    return `${method} ${path.replace(/[A-Z]{2}[0-9a-f]{32}/g, '*')}${name === null ? '' : ` ${name}`}`;
  });
}

describe('a chat with a worker', () => {
  it.each(['reuse', 'refuse'])(
    'never gets into the worker’s conversation with a customer, onActive %s',
    async (onActive) => {
      const sms = await flex.asAgent({ channel: 'sms', to: '+12125550101', body: 'Hi' }, bob);
      expect(sms.status).toBe(201);
      const before = flex.requests.length;
      const { status, body } = await flex.asAgent({
        channel: 'chat',
        to: 'bob_40example_2Ecom',
        onActive,
        body: 'LEAK',
      });
      // The answer names no conversation of Bob's.
      expect({ status, body }).toEqual(refused);
      expect(callsSince(before)).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
      expect(flex.messages().map((message) => message.body)).toEqual(['Hi']);
    },
  );

  it.each([
    'bob@example.com',
    'Bob@Example.com',
    'bob_40example_2Ecom',
    'bob_40example_2ecom',
    'bob_40example.com',
    ' bob_40example_2Ecom ',
    'chat:bob_40example_2Ecom',
  ])('of the routing data is refused, however the identity is written: %j', async (to) => {
    const { status, body } = await flex.asAgent({ channel: 'chat', to, body: 'Hi' });
    expect({ status, body }).toEqual(refused);
    expect(callsSince(0)).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
  });

  it('is refused where the routing data has the identity as Flex writes it', async () => {
    flex.routing.workers = [{ identity: 'carol_40example_2Ecom' }];
    const { status, body } = await flex.asAgent({ channel: 'chat', to: 'carol@example.com', body: 'Hi' });
    expect({ status, body }).toEqual(refused);
    expect(callsSince(0)).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
  });

  it.each(['alice@example.com', 'alice_40example_2Ecom'])(
    'is refused where it is the agent who writes, and no data names the agent: %s',
    async (to) => {
      flex.routing.workers = [];
      const { status, body } = await flex.asAgent({ channel: 'chat', to, body: 'Hi' });
      expect({ status, body }).toEqual(refused);
      expect(callsSince(0)).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
      const asServer = await flex.asServer({ channel: 'chat', to, body: 'Hi' });
      expect({ status: asServer.status, body: asServer.body }).toEqual(refused);
    },
  );

  it('is refused where only TaskRouter knows the worker', async () => {
    flex.routing.workers = [];
    const { status, body } = await flex.asAgent({ channel: 'chat', to: 'bob_40example_2Ecom', body: 'Hi' });
    expect({ status, body }).toEqual(refused);
    expect(callsSince(0).sort()).toEqual([
      'GET /v1/Workspaces/*/Workers bob@example.com',
      'GET /v1/Workspaces/*/Workers bob_40example_2Ecom',
      'POST /v1/Accounts/*/Tokens/validate',
    ]);
  });

  it('is refused to a customer whose card has a worker’s identity', async () => {
    flex.customers = [customer({ ...ada, channels: [{ type: 'chat', value: bob }] })];
    const { status, body } = await flex.asAgent({ channel: 'chat', customerId: '1001', body: 'Hi' });
    expect({ status, body }).toEqual(refused);
    expect(callsSince(0)).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
  });

  it('is not started while TaskRouter cannot say whether it is one', async () => {
    flex.fail(
      { method: 'GET', path: `/v1/Workspaces/${flex.env.FLEX_WORKSPACE_SID}/Workers` },
      { status: 503 },
    );
    expect(await flex.asAgent({ channel: 'chat', to: 'somebody', body: 'Hi' })).toMatchObject({
      status: 503,
      body: { code: 'twilio_unavailable' },
    });
    expect(flex.writes()).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
  });
});

describe('a chat with somebody else', () => {
  it('asks TaskRouter only about identities that are on no card', async () => {
    expect(await flex.asAgent({ channel: 'chat', to: 'ada', body: 'Hi' })).toMatchObject({ status: 201 });
    expect(callsSince(0).filter((call) => call.includes('/Workers'))).toEqual([]);
    expect(await flex.asAgent({ channel: 'chat', to: 'eve', body: 'Hi' })).toMatchObject({ status: 201 });
    expect(callsSince(0).filter((call) => call.includes('/Workers'))).toEqual([
      'GET /v1/Workspaces/*/Workers eve',
    ]);
  });

  it.each(['bobby', 'bob_40example', '100%_sure', 'a_FFb'])('is possible: %s', async (to) => {
    expect(await flex.asAgent({ channel: 'chat', to, body: 'Hi' })).toMatchObject({ status: 201 });
  });
});
