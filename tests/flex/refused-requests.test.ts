import { customer } from '../support/data';
import { addTemplate, expectRefused, sms, template } from './outbound-start';
import { VirtualFlex } from './virtual-flex';

describe('a request that an outbound start refuses', () => {
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
    addTemplate(flex);
  });

  it.each([
    [{ channel: '' }, 'channel must not be empty'],
    [{ channel: undefined }, 'channel is missing'],
    [{ channel: 'fax' }, 'channel must be one of: sms, whatsapp, chat, email, messenger'],
    [{ channel: ['sms'] }, 'channel must be given once, as text'],
    [{ to: undefined }, 'to is missing: give it or customerId'],
    [{ customerId: '1001' }, 'to must not be given beside customerId'],
    [{ to: '12' }, 'to must be an address of channel sms'],
    [{ to: 'whatsapp:+12125550101' }, 'to must be an address of channel sms'],
    [{ to: '24680' }, 'to must not be a short code'],
    [{ to: { $ne: '' } }, 'to must be given once, as text'],
    [{ body: undefined }, 'body is missing: give it or contentSid'],
    [{ body: '  ' }, 'body is missing: give it or contentSid'],
    [{ contentSid: template }, 'body must not be given beside contentSid'],
    [{ body: undefined, contentSid: 'HX1' }, 'contentSid must be HX and 32 hexadecimal digits'],
    [{ body: 'x'.repeat(1_601) }, 'body must have at most 1600 characters, and has 1601'],
    [{ subject: 'Hello' }, 'subject is for e-mail alone'],
    [{ contentVariables: { 1: 'x' } }, 'contentVariables needs a contentSid'],
    [{ idempotencyKey: '' }, 'idempotencyKey must be 1 to 255 printable ASCII characters without spaces'],
    [
      { idempotencyKey: 'x'.repeat(256) },
      'idempotencyKey must be 1 to 255 printable ASCII characters without spaces',
    ],
    [{ onActive: 'steal' }, 'onActive must be "refuse" or "reuse"'],
  ])('is answered with 400: %j', async (given, message) => {
    expect(await flex.asAgent({ ...sms, ...given })).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message },
    });
    expectRefused(flex);
  });

  it.each([
    [{ to: 'nobody' }, 'to must be an address of channel email'],
    [{ subject: undefined }, 'subject is missing: an e-mail has one'],
    [{ subject: 'x'.repeat(257) }, 'subject must have at most 256 characters, and has 257'],
    [{ subject: 'a\nBcc: all@example.com' }, 'subject must be a single line'],
    [{ body: 'x'.repeat(1_601) }, 'body must have at most 1600 characters, and has 1601'],
  ])('is answered with 400: an e-mail with %j', async (given, message) => {
    const email = { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'B' };
    expect(await flex.asAgent({ ...email, ...given })).toMatchObject({ status: 400, body: { message } });
    expectRefused(flex);
  });

  it.each([
    [{ 1: 'Ada', 2: '' }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 2: null }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 2: { a: 1 } }, 'contentVariables must have a text for 2'],
    [{ 1: 'Ada', 'a b': 'x' }, 'contentVariables must have names of letters, digits and _'],
    [
      { 1: 'Ada\nLovelace', 2: 'x' },
      'contentVariables must have no line breaks, tabs or runs of spaces for 1: WhatsApp refuses them',
    ],
    ['{"1":"Ada"', 'contentVariables must be an object of texts, or that as JSON text'],
    [['Ada', 'Alice'], 'contentVariables must be an object of texts, or that as JSON text'],
    [7, 'contentVariables must be an object of texts, or that as JSON text'],
    ['["Ada"]', 'contentVariables must be an object of texts, or that as JSON text'],
  ])('is answered with 400: contentVariables %j', async (contentVariables, message) => {
    const request = { channel: 'whatsapp', to: '+12125550101', contentSid: template, contentVariables };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message },
    });
    expectRefused(flex);
  });

  it.each([
    ['gbm, which has ended', { channel: 'gbm' }, 422, 'channel_ended', /31 July 2024/],
    ['an unknown customer', { to: undefined, customerId: 'x' }, 404, 'customer_not_found', /no customer/],
    [
      'a customer without an address on that channel',
      { to: undefined, customerId: '1002' },
      422,
      'no_address',
      /no address on channel sms/,
    ],
    ['another agent as the worker', { worker: 'bob@example.com' }, 403, 'forbidden', /^Not allowed\.$/],
  ])('names %s', async (_title, given, status, code, message) => {
    flex.customers.push(customer({ customer_id: '1002', channels: [] }));
    expect(await flex.asAgent({ ...sms, ...given })).toMatchObject({
      status,
      body: { code, message: expect.stringMatching(message) },
    });
    expectRefused(flex);
  });

  it('is answered with 404 where a channel has no address of ours', async () => {
    flex.routing.proxyAddresses.defaults = {};
    expect(await flex.asAgent(sms)).toMatchObject({ status: 404, body: { code: 'no_proxy_address' } });
    expectRefused(flex);
  });

  it("is answered with 403 where it names another agent's customer, by id or by address", async () => {
    Object.assign(flex.routing.flex, { customerAccess: 'own' });
    for (const whom of [{ to: '+12125550101' }, { customerId: '1001' }]) {
      expect(await flex.asAgent({ channel: 'sms', body: 'Hi', ...whom }, 'bob@example.com')).toMatchObject({
        status: 403,
        body: { code: 'customer_of_another_worker' },
      });
    }
    expectRefused(flex);
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it("is not one for a customer without a worker, nor because of Frontline's customerAccess", async () => {
    flex.customers.push(
      customer({ customer_id: '1003', channels: [{ type: 'sms', value: '+12125550103' }] }),
    );
    Object.assign(flex.routing.flex, { customerAccess: 'own' });
    const start = (customerId: string) =>
      flex.asAgent({ channel: 'sms', body: 'Hi', customerId }, 'bob@example.com');
    expect(await start('1003')).toMatchObject({ status: 201 });
    flex.routing.customerAccess = 'own';
    Object.assign(flex.routing.flex, { customerAccess: 'all' });
    expect(await start('1001')).toMatchObject({ status: 201 });
  });

  it('is one of a server that names no worker, or an unknown one', async () => {
    expect(await flex.asServer({ ...sms, worker: undefined })).toMatchObject({
      status: 400,
      body: { message: 'worker is missing: a server names the worker' },
    });
    for (const worker of ['mallory@example.com', `WK${'f'.repeat(32)}`]) {
      expect(await flex.asServer({ ...sms, worker })).toMatchObject({
        status: 422,
        body: { code: 'worker_not_found' },
      });
    }
    expectRefused(flex);
  });
});
