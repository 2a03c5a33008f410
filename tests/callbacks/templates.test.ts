import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';
import { runtimes, useRuntime } from '../support/runtimes';

const path = '/callbacks/templates';
const event: Record<string, string> & { Worker: string } = {
  ...fixture('get-templates'),
  CustomerId: 'ada',
  Worker: 'alice@example.com',
};
const data = {
  '/customers.json': JSON.stringify({
    customers: [
      customer({ customer_id: 'ada', display_name: 'Ada $& {{worker}}', fields: { plan: 'Gold' } }),
      customer({
        customer_id: 'eva',
        display_name: 'Eva',
        language: 'es-MX',
        worker: 'bob@example.com',
        channels: [{ type: 'sms', value: '+12125550105' }],
      }),
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
      {
        display_name: 'Closings',
        templates: [
          { content: 'Bye, {{worker}}', language: 'en' },
          { content: 'Adiós, {{worker}}', language: 'es' },
        ],
      },
    ],
    defaultLanguage: 'en',
  }),
};

describe.each(runtimes)('GetTemplatesByCustomerId, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });
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
        { display_name: 'Closings', templates: [{ content: 'Bye, Alice' }] },
      ],
    ]);
    expect(headers['content-type']).toMatch(/^application\/json/);
  });

  it("leaves out templates that need a value the customer lacks, and uses the customer's language", async () => {
    const { body } = await running.call(path, { ...event, CustomerId: 'eva', Worker: 'carol@example.com' });
    expect(body).toEqual([
      {
        display_name: 'Openers',
        templates: [
          { content: 'Hello Eva, carol@example.com here.', whatsAppApproved: true },
          { content: 'Hola Eva' },
        ],
      },
      { display_name: 'Closings', templates: [{ content: 'Adiós, carol@example.com' }] },
    ]);
  });

  it.each([
    ['is missing', without(event, 'CustomerId')],
    ['is empty', { ...event, CustomerId: '' }],
    ['is blank', { ...event, CustomerId: ' \t' }],
  ])(
    'answers the templates that need no card, in the default language, where the CustomerId %s',
    async (_title, given) => {
      const { status, body } = await running.call(path, given);
      expect([status, body]).toEqual([
        200,
        [{ display_name: 'Closings', templates: [{ content: 'Bye, Alice' }] }],
      ]);
    },
  );

  it('needs no ConversationSid', async () => {
    expect(await running.call(path, without(event, 'ConversationSid'))).toMatchObject({ status: 200 });
  });

  it('answers 404 to an unknown CustomerId', async () => {
    expect(await running.call(path, { ...event, CustomerId: 'nobody' })).toMatchObject({
      status: 404,
      body: { code: 'customer_not_found', message: 'There is no customer with this CustomerId.' },
    });
  });

  it('answers 400 that names a missing Worker', async () => {
    expect(await running.call(path, without(event, 'Worker'))).toMatchObject({
      status: 400,
      body: { code: 'invalid_event', message: 'Worker is missing' },
    });
  });

  it('answers 422 to an unknown Location', async () => {
    expect(await running.call(path, { ...event, Location: 'GetCustomersList' })).toMatchObject({
      status: 422,
      body: { code: 'unknown_action', message: 'Location must be one of: GetTemplatesByCustomerId' },
    });
  });

  describe('where customerAccess is own', () => {
    const ofEva = { ...event, CustomerId: 'eva' };
    beforeAll(() =>
      running.setData({ ...data, '/routing.json': JSON.stringify(routing({ customerAccess: 'own' })) }),
    );
    beforeEach(() => running.twilio.reset());
    afterEach(() => running.twilio.reset());
    afterAll(() => running.setData(data));

    it("answers 403 about another worker's customer", async () => {
      expect(await running.call(path, ofEva)).toMatchObject({
        status: 403,
        body: { code: 'customer_of_another_worker' },
      });
    });

    it('answers the templates for a customer with whom the worker is in a conversation', async () => {
      running.twilio.addConversation({ sid: event.ConversationSid as string }, [
        { address: '+12125550105', proxyAddress: '+16465550190' },
        { identity: event.Worker },
      ]);
      expect((await running.call(path, ofEva)).status).toBe(200);
    });

    it('needs no request to Twilio where no customer is named', async () => {
      expect((await running.call(path, { ...event, CustomerId: '' })).status).toBe(200);
      expect(running.twilio.calls).toEqual([]);
    });
  });

  it('warns of a worker whom the routing data does not list', async () => {
    const { lines } = await running.call(path, { ...event, Worker: 'Alice@example.com' });
    expect(lines).toEqual([
      expect.objectContaining({ level: 'warn', listedAs: 'workers[0]', differs: 'case', status: 200 }),
    ]);
  });

  it('logs how many templates there are, not their text', async () => {
    const { lines } = await running.call(path, without(event, 'ConversationSid'));
    expect(lines).toEqual([
      { level: 'info', event: 'GetTemplatesByCustomerId', templates: 4, status: 200, ms: expect.any(Number) },
    ]);
  });
});
