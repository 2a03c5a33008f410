import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';
import { type Running, runtimes } from '../support/runtimes';

const path = '/callbacks/templates';
const event = { ...fixture('get-templates'), CustomerId: 'ada', Worker: 'alice@example.com' };
const data = {
  '/customers.json': JSON.stringify({
    customers: [
      customer({ customer_id: 'ada', display_name: 'Ada $& {{worker}}', fields: { plan: 'Gold' } }),
      customer({ customer_id: 'eva', display_name: 'Eva', language: 'es-MX', worker: 'bob@example.com' }),
    ],
  }),
  '/routing.json': JSON.stringify(
    routing({ workers: [{ identity: 'alice@example.com', display_name: 'Alice' }] }),
  ),
  '/templates.json': JSON.stringify({
    categories: [
      {
        display_name: 'Openers',
        templates: [
          {
            content: 'Hello {{customer.display_name}}, {{worker}} here.',
            whatsAppApproved: true,
            contentSid: 'HX1',
          },
          { content: 'Your plan is {{customer.fields.plan}}.' },
          { content: 'Hola {{customer.display_name}}', language: 'es' },
        ],
      },
      { display_name: 'Plans', templates: [{ content: '{{customer.fields.plan}}!' }] },
    ],
  }),
};

describe.each(runtimes)('GetTemplatesByCustomerId, $name', (runtime) => {
  let running: Running;
  beforeAll(async () => {
    running = await runtime.start();
    await running.setData(data);
  });
  afterAll(() => running.stop());
  beforeEach(() => running.clearLogs());
  afterEach(() => expect(running.twilio.calls).toEqual([]));

  it('answers the templates, filled in for the customer', async () => {
    const { status, body, headers } = await running.call(path, event);
    expect([status, body]).toEqual([
      200,
      [
        {
          display_name: 'Openers',
          templates: [
            { content: 'Hello Ada $& {{worker}}, Alice here.', whatsAppApproved: true },
            { content: 'Your plan is Gold.' },
          ],
        },
        { display_name: 'Plans', templates: [{ content: 'Gold!' }] },
      ],
    ]);
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it("leaves out what needs a value that the customer lacks, and takes the customer's language", async () => {
    const { body } = await running.call(path, { ...event, CustomerId: 'eva', Worker: 'carol@example.com' });
    expect(body).toEqual([
      {
        display_name: 'Openers',
        templates: [
          { content: 'Hello Eva, carol@example.com here.', whatsAppApproved: true },
          { content: 'Hola Eva' },
        ],
      },
    ]);
  });

  it('does without a ConversationSid', async () => {
    expect(await running.call(path, without(event, 'ConversationSid'))).toMatchObject({ status: 200 });
  });

  it('does not know a customer: 404', async () => {
    expect(await running.call(path, { ...event, CustomerId: 'nobody' })).toMatchObject({
      status: 404,
      body: { code: 'customer_not_found', message: 'There is no customer with this CustomerId.' },
    });
  });

  it.each(['Worker', 'CustomerId'])('names a missing %s: 400', async (field) => {
    expect(await running.call(path, without(event, field))).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message: `${field} is missing` },
    });
  });

  it('refuses an unknown location: 422', async () => {
    expect(await running.call(path, { ...event, Location: 'GetCustomersList' })).toMatchObject({
      status: 422,
      body: { code: 'unknown_action', message: 'Location must be one of: GetTemplatesByCustomerId' },
    });
  });

  it("does not show another worker's customer when only the own ones may be opened: 403", async () => {
    await running.setData({ ...data, '/routing.json': JSON.stringify(routing({ customerAccess: 'own' })) });
    expect(await running.call(path, { ...event, CustomerId: 'eva' })).toMatchObject({ status: 403 });
    await running.setData(data);
  });

  it('logs how many, not what', async () => {
    await running.call(path, without(event, 'ConversationSid'));
    expect(running.logs().map((line) => JSON.parse(line) as object)).toEqual([
      { level: 'info', event: 'GetTemplatesByCustomerId', templates: 3, status: 200, ms: expect.any(Number) },
    ]);
  });
});
