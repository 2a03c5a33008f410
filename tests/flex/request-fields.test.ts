import { customer } from '../support/data';
import { expectInvalid } from './outbound-start';
import { ada, apiKey, VirtualFlex } from './virtual-flex';

const sms = { channel: 'sms', to: '+12125550142', body: 'Hi' };
const email = { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'Hi' };
const context = `HQ${'1'.repeat(32)}`;
const allFields =
  'channel, to, customerId, body, contentSid, contentVariables, subject, idempotencyKey, onActive, worker, cc, bcc, customerName, taskAttributes, priority, interactionContextSid';

let flex: VirtualFlex;
beforeEach(() => {
  flex = new VirtualFlex();
});

/** What the interaction was created with. */
function created(): {
  channel: Record<string, unknown>;
  properties: Record<string, unknown>;
  context: unknown;
} {
  const form = flex.requests.find(({ path }) => path === '/v1/Interactions')?.form ?? {};
  const { properties } = JSON.parse(form.Routing ?? '{}') as { properties: Record<string, unknown> };
  return { channel: JSON.parse(form.Channel ?? '{}'), properties, context: form.InteractionContextSid };
}

describe('a field that the request does not have', () => {
  it.each([
    ['IdempotencyKey', 'did you mean "idempotencyKey"?'],
    ['idempotency-key', 'did you mean "idempotencyKey"?'],
    ['idempotencykye', 'did you mean "idempotencyKey"?'],
    ['Body', 'did you mean "body"?'],
    ['content_sid', 'did you mean "contentSid"?'],
    ['token', 'did you mean "Token"?'],
    ['mediaUrl', `its fields are ${allFields}`],
    ['constructor', `its fields are ${allFields}`],
  ])('is refused and not ignored: %s', async (name, help) => {
    await expectInvalid(flex, { ...sms, [name]: 'x' }, `request has no field "${name}": ${help}`);
  });

  it('is not in the log, as its name could be anything', async () => {
    await flex.asAgent({ ...sms, '+12125550199': 'x' });
    expect(flex.lines.at(-1)).toMatchObject({ error: 'invalid_event', field: 'request' });
    expect(JSON.stringify(flex.lines)).not.toContain('2125550199');
  });

  it('is said again only in part where it is long', async () => {
    const { status, body } = await flex.asAgent({ ...sms, ['x'.repeat(5_000)]: 'x' });
    expect(status).toBe(400);
    expect(String(body.message).length).toBeLessThan(400);
  });
});

describe('a text without anything to be seen', () => {
  it.each([
    ...['\u200b', '\u2060\ufeff', ' \u00ad\n', '\u2800', '\u3164\u00a0'],
    ...['\ufe0f', '\ufe0f \ufe00', '\u{e0101}', '\ud83d', '\u0000', '\u115f\u034f\uffa0'],
  ])('is no body: %j', async (body) => {
    await expectInvalid(flex, { ...sms, body }, 'body must hold something that can be seen');
  });

  it('is no subject and no name', async () => {
    await expectInvalid(
      flex,
      { ...email, subject: '\u200b' },
      'subject must hold something that can be seen',
    );
    flex = new VirtualFlex();
    await expectInvalid(
      flex,
      { ...sms, customerName: '\u200b' },
      'customerName must hold something that can be seen',
    );
  });

  it('may be around one that is seen: variation selectors', async () => {
    expect(await flex.asAgent({ ...sms, body: '❤\ufe0f' })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ body: '❤\ufe0f' }]);
  });

  it('may be around one that is seen', async () => {
    expect(await flex.asAgent({ ...sms, body: '\u200b👩‍💻 ' })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ body: '\u200b👩‍💻 ' }]);
  });
});

describe('an address that could be taken for another', () => {
  const one = 'to must be one address, without , ; < > " / \\ and control characters';
  const form = 'to must be an e-mail address such as name@example.com';

  it.each([
    ['email', 'ada@example.com,eve@example.com', one],
    ['email', 'Ada<ada@example.com>', one],
    ['email', 'ada@example.com\u0000', one],
    ['email', '../ada@example.com', one],
    ['email', 'ada@exam\u200bple.com', one],
    ['email', 'ada@example', form],
    ['email', 'ada@.example.com', form],
    ['email', 'ada@eve@example.com', 'to must be an address of channel email'],
    ['chat', 'ada,eve', one],
    ['chat', '<ada>', one],
    ['chat', 'ada\u0000', one],
    ['chat', 'ada/../eve', one],
    ['chat', '..', one],
    ['messenger', 'messenger:..', one],
    ['messenger', 'messenger:1/2', one],
    ['messenger', 'messenger:1 2', 'to must be an id such as messenger:123, without spaces'],
    ['messenger', 'messenger:messenger:1', 'to must be an id such as messenger:123, without spaces'],
    ['email', 'mailto:ada@example.com', 'to must be an address of channel email'],
    ['email', 'MAILTO:ada@example.com?subject=x', 'to must be an address of channel email'],
  ])('by %s is refused: %j', async (channel, to, message) => {
    const subject = channel === 'email' ? { subject: 'S' } : {};
    await expectInvalid(flex, { channel, to, body: 'Hi', ...subject }, message);
  });

  it.each([
    ['email', "ada.o'neill+orders@mail.example.com"],
    ['email', 'jörg@example.com'],
    ['chat', 'ada_40example_2Ecom'],
    ['chat', 'Ada Lovelace'],
  ])('by %s is not %j', async (channel, to) => {
    const subject = channel === 'email' ? { subject: 'S' } : {};
    expect(await flex.asAgent({ channel, to, body: 'Hi', ...subject })).toMatchObject({ status: 201 });
  });
});

describe('an e-mail’s further recipients', () => {
  it('are participants of their levels', async () => {
    flex.customers.push(
      customer({
        customer_id: '2',
        display_name: 'Grace',
        channels: [{ type: 'email', value: 'grace@example.com' }],
      }),
    );
    const request = { ...email, cc: ['grace@example.com', 'x@example.com'], bcc: 'y@example.com' };
    expect(await flex.asAgent(request)).toMatchObject({ status: 201 });
    expect(created().channel.participants).toEqual([
      { level: 'to', name: 'Ada Lovelace', address: 'ada@example.com' },
      { level: 'cc', name: 'Grace', address: 'grace@example.com' },
      { level: 'cc', name: 'x@example.com', address: 'x@example.com' },
      { level: 'bcc', name: 'y@example.com', address: 'y@example.com' },
    ]);
  });

  it.each([
    [{ ...sms, cc: 'x@example.com' }, 'cc is only for e-mail'],
    [{ ...sms, bcc: ['x@example.com'] }, 'bcc is only for e-mail'],
    [
      { ...email, cc: 'x@example.com,y@example.com' },
      'cc must be one address, without , ; < > " / \\ and control characters',
    ],
    [{ ...email, bcc: 'ADA@example.com' }, 'bcc must not name a recipient twice'],
    [{ ...email, cc: 'x@example.com', bcc: 'X@example.com' }, 'bcc must not name a recipient twice'],
    [
      { ...email, cc: Array.from({ length: 21 }, (_, i) => `x${i}@example.com`) },
      'cc and bcc must be at most 20 addresses together',
    ],
    [{ ...email, cc: [1] }, 'cc must be an e-mail address, or a list of them'],
    [{ ...email, cc: { a: 1 } }, 'cc must be an e-mail address, or a list of them'],
  ])('are checked: %j', async (request, message) => {
    await expectInvalid(flex, request, message);
  });

  it('are no addresses of ours: 422', async () => {
    expect(await flex.asAgent({ ...email, cc: 'Support@example.com' })).toMatchObject({
      status: 422,
      body: { code: 'own_address' },
    });
    expect(flex.writes()).toEqual(['POST /v1/Accounts/*/Tokens/validate']);
  });

  it('are nobody to whom the agent may not write', async () => {
    flex.customers.push(
      customer({
        customer_id: '2',
        worker: 'bob@example.com',
        channels: [{ type: 'email', value: 'grace@example.com' }],
      }),
    );
    Object.assign(flex.routing.flex, { customerAccess: 'own' });
    expect(await flex.asAgent({ ...email, bcc: 'grace@example.com' })).toMatchObject({
      status: 403,
      body: { code: 'customer_of_another_worker' },
    });
    Object.assign(flex.routing.flex, { customerAccess: 'all', knownCustomersOnly: true });
    expect(await flex.asAgent({ ...email, cc: 'x@example.com' })).toMatchObject({
      status: 422,
      body: { code: 'unknown_customer' },
    });
    expect(await flex.asAgent({ ...email, cc: 'grace@example.com' })).toMatchObject({ status: 201 });
  });
});

describe('what a request says of the task', () => {
  beforeEach(() => {
    flex.routing.flex.taskAttributes = ['orderId', 'vip', 'amount'];
  });

  it.each([
    ['as JSON', { orderId: '7', vip: true, amount: 12.5 }, 5],
    ['as text', '{"orderId":"7","vip":true,"amount":12.5}', '5'],
  ])('is in the interaction, %s', async (_title, taskAttributes, priority) => {
    const more = { customerName: ' Ada L. ', taskAttributes, priority, interactionContextSid: context };
    expect(await flex.asAgent({ channel: 'sms', customerId: '1001', body: 'Hi', ...more })).toMatchObject({
      status: 201,
    });
    expect(created()).toMatchObject({
      context,
      properties: {
        priority: 5,
        attributes: {
          orderId: '7',
          vip: true,
          amount: 12.5,
          customerName: 'Ada L.',
          customerAddress: '+12125550101',
          customer_id: '1001',
          direction: 'outbound',
          outbound_request: expect.any(String),
        },
      },
    });
  });

  it('is left out where it says nothing', async () => {
    await flex.asAgent({
      ...sms,
      customerName: '',
      taskAttributes: {},
      priority: '',
      interactionContextSid: ' ',
    });
    const { context: sent, properties } = created();
    expect(sent).toBeUndefined();
    expect(properties).not.toHaveProperty('priority');
    expect(properties.attributes).toEqual({
      customerName: '+12125550142',
      customerAddress: '+12125550142',
      direction: 'outbound',
      outbound_request: expect.any(String),
    });
  });

  it('has a name for an e-mail too', async () => {
    await flex.asAgent({ ...email, customerName: 'Lady Lovelace' });
    expect(created().channel.participants).toEqual([
      { level: 'to', name: 'Lady Lovelace', address: 'ada@example.com' },
    ]);
  });

  const notListed =
    'taskAttributes must have only names that flex.taskAttributes lists: orderId, vip, amount';
  it.each([
    [{ taskAttributes: { other: 1 } }, notListed],
    [{ taskAttributes: { customerAddress: '+12125550199' } }, notListed],
    [{ taskAttributes: { outbound_request: 'x' } }, notListed],
    [{ taskAttributes: ['x'] }, 'taskAttributes must be an object, or that as JSON text'],
    [{ taskAttributes: '{' }, 'taskAttributes must be an object, or that as JSON text'],
    [{ taskAttributes: 7 }, 'taskAttributes must be an object, or that as JSON text'],
    ...[null, { a: 1 }, ['x'], 'x'.repeat(1_001)].map((orderId): [object, string] => [
      { taskAttributes: { orderId } },
      'taskAttributes must have a text of at most 1000 characters, a number or a boolean for orderId',
    ]),
    [
      { taskAttributes: { orderId: 'x'.repeat(1_000), vip: 'é'.repeat(600) } },
      'taskAttributes must have at most 2048 bytes as JSON',
    ],
    ...[-1, 1.5, 2_147_483_648, 'high', '1e3'].map((priority): [object, string] => [
      { priority },
      'priority must be a whole number from 0 to 2147483647',
    ]),
    [{ priority: true }, 'priority must be a whole number'],
    [{ customerName: 'x'.repeat(257) }, 'customerName must have at most 256 characters, and has 257'],
    [{ customerName: 'Ada\nLovelace' }, 'customerName must be a single line'],
    [{ interactionContextSid: 'HQ1' }, 'interactionContextSid must be HQ and 32 hexadecimal digits'],
  ])('is checked: %j', async (given, message) => {
    await expectInvalid(flex, { ...sms, ...given }, message);
  });

  it('has no attributes where the data lists none', async () => {
    flex.routing.flex.taskAttributes = [];
    await expectInvalid(
      flex,
      { ...sms, taskAttributes: { orderId: '7' } },
      'taskAttributes must have only names that flex.taskAttributes lists: none',
    );
  });

  it('may leave the task channel to Twilio where the data says so, as in the sample for WhatsApp', async () => {
    delete flex.routing.flex.taskChannels.sms;
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
    expect(created().properties).not.toHaveProperty('task_channel_unique_name');
  });
});

describe('a setting of the environment with blanks around it', () => {
  it.each([`${apiKey}\n`, ` ${apiKey}`, `${apiKey} `, `${apiKey.slice(0, 9)} ${apiKey.slice(9)}`])(
    'is named where it is the servers’ key: %j',
    async (key) => {
      flex.env.OUTBOUND_API_KEY = key;
      const { status, body } = await flex.asServer(sms);
      expect([status, body]).toEqual([
        500,
        { code: 'api_key_malformed', message: 'This service is misconfigured; its log says where.' },
      ]);
      expect(flex.lines.at(-1)).toMatchObject({
        level: 'error',
        file: '.env',
        field: 'OUTBOUND_API_KEY',
        fix: 'remove blanks and line breaks: a key has printable ASCII characters only',
      });
      expect(flex.requests).toEqual([]);
    },
  );

  it('is named where it is a SID', async () => {
    flex.env.FLEX_QUEUE_SID += '\n';
    expect(await flex.asAgent(sms)).toMatchObject({ status: 500, body: { code: 'flex_not_configured' } });
    expect(flex.lines.at(-1)).toMatchObject({
      field: 'flex.queueSid',
      fix: 'remove the blanks or line breaks around FLEX_QUEUE_SID in the environment',
    });
  });
});

it('reads what the runtime adds to every request: its headers and cookies are no fields', async () => {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` };
  flex.customers = [ada];
  const request = { ...sms, worker: 'alice@example.com', request: { headers, cookies: { a: 'b' } } };
  expect(await flex.call(request)).toMatchObject({ status: 201 });
});
