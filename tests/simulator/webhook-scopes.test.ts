import { failure } from './rest-api';
import { useWebhooks } from './sent-webhooks';
import { json } from './stand-in-functions';

const local = useWebhooks();
const asked = { xTwilioWebhookEnabled: 'true' } as const;
const conversationsOf = () => local.client.conversations.v1.conversations;
/** A scope's webhooks go to a path of their own. */
const urlOf = (path: string): string => `${local.functions.url}/${path}`;
const sent = (): string[] =>
  local
    .webhooks()
    .map(({ name, url }) => `${name} to ${new URL(url).pathname.slice(1)}`)
    .sort();

describe('an event', () => {
  beforeEach(async () => {
    const { configuration, services } = local.client.conversations.v1;
    const filters = ['onMessageAdded', 'onDeliveryUpdated', 'onParticipantAdded'];
    await configuration.webhooks().update({ postWebhookUrl: urlOf('account'), filters });
    const service = services(local.state.defaultServiceSid).configuration.webhooks();
    await service.update({ postWebhookUrl: urlOf('service'), filters: filters.slice(0, 2) });
  });

  it('goes to account, service and conversation, to each by its filters', async () => {
    const { sid } = await conversationsOf().create({});
    await conversationsOf()(sid).webhooks.create({
      target: 'webhook',
      'configuration.url': urlOf('conversation'),
      'configuration.filters': ['onMessageAdded', 'onMessageRemoved'],
    });
    await conversationsOf()(sid).participants.create({ identity: 'alice', ...asked });
    await conversationsOf()(sid).messages.create({ author: 'alice', body: 'Hi', ...asked });
    expect(sent()).toEqual([
      'onMessageAdded to account',
      'onMessageAdded to conversation',
      'onMessageAdded to service',
      'onParticipantAdded to account',
    ]);
    expect(local.webhooks().map(({ title }) => title)).toContain("onMessageAdded to the service's webhook");
  });

  it('of a message that a carrier brings goes to the account, not to the service', async () => {
    const { conversationSid = '' } = await local.write();
    local.state.addMessage(
      conversationSid,
      { author: 'alice', body: 'Hi' },
      { source: 'SDK', webhooks: true },
    );
    local.rest.deliveries.upTo = 'sent';
    await local.client.conversations.v1.conversations(conversationSid).messages.create({ body: 'Hello' });
    await local.received('onDeliveryUpdated', 2);
    expect(sent().filter((one) => one.startsWith('onMessage'))).toEqual([
      'onMessageAdded to account',
      'onMessageAdded to account',
      'onMessageAdded to service',
    ]);
    expect(sent().filter((one) => one.startsWith('onDelivery'))).toEqual([
      'onDeliveryUpdated to account',
      'onDeliveryUpdated to service',
    ]);
  });

  it('of another service goes to that service and to the account', async () => {
    const { services } = local.client.conversations.v1;
    const own = services((await services.create({ friendlyName: 'Other' })).sid);
    const form = { postWebhookUrl: urlOf('other'), filters: ['onParticipantAdded'] };
    await own.configuration.webhooks().update(form);
    const { sid } = await own.conversations.create({});
    await own.conversations(sid).participants.create({ identity: 'alice', ...asked });
    expect(sent()).toEqual(['onParticipantAdded to account', 'onParticipantAdded to other']);
  });

  it('is sent by GET where the webhook says so, signed over the query, without the URL’s fragment', async () => {
    const url = `${urlOf('account')}?tenant=1#rc=3&rp=all`;
    await local.client.conversations.v1.configuration
      .webhooks()
      .update({ postWebhookUrl: url, method: 'GET' });
    const { sid } = await conversationsOf().create({});
    await conversationsOf()(sid).participants.create({ identity: 'alice', ...asked });
    const [{ method, signed, fields } = {}] = await local.received('onParticipantAdded');
    expect([method, signed, fields]).toMatchObject(['GET', true, { tenant: '1', Identity: 'alice' }]);
  });
});

describe('the webhooks of a conversation, by the unmodified SDK', () => {
  const url = (): Record<string, string> => ({ 'configuration.url': urlOf('conversation') });
  const create = async (more: Record<string, unknown>, sid?: string) => {
    const conversation = sid ?? (await conversationsOf().create({})).sid;
    return conversationsOf()(conversation).webhooks.create(more as never);
  };

  it('can be made, found, changed and removed', async () => {
    const filters = ['onMessageAdded'];
    const made = await create({ target: 'webhook', ...url(), 'configuration.filters': filters });
    expect(made).toMatchObject({
      target: 'webhook',
      configuration: { url: urlOf('conversation'), method: 'post', filters },
    });
    const { webhooks } = conversationsOf()(made.conversationSid);
    await webhooks(made.sid).update({ 'configuration.method': 'get' });
    const expected = { sid: made.sid, configuration: { ...made.configuration, method: 'get' } };
    expect(await webhooks(made.sid).fetch()).toMatchObject(expected);
    expect(await webhooks.list()).toMatchObject([expected]);
    await webhooks(made.sid).remove();
    expect(await webhooks.list()).toEqual([]);
    expect(await failure(webhooks(made.sid).fetch())).toEqual([404, 50360]);
  });

  it('with a trigger get the messages that have its keyword', async () => {
    const triggers = ['help', 'agent'];
    const { conversationSid } = await create({
      target: 'trigger',
      ...url(),
      'configuration.triggers': triggers,
    });
    for (const body of ['Hello', 'HELP me', 'an Agent, please']) {
      await conversationsOf()(conversationSid).messages.create({ body, ...asked });
    }
    expect(local.webhooks().map(({ fields }) => fields.Body)).toEqual(['HELP me', 'an Agent, please']);
  });

  it('get earlier messages too, from the one on that ReplayAfter says', async () => {
    const { sid } = await conversationsOf().create({});
    for (const body of ['one', 'two', 'three']) await conversationsOf()(sid).messages.create({ body });
    const filters = ['onMessageAdded'];
    const replay = { 'configuration.replayAfter': 1, 'configuration.filters': filters };
    await create({ target: 'webhook', ...url(), ...replay }, sid);
    expect(local.webhooks().map(({ fields }) => fields.Body)).toEqual(['two', 'three']);
  });
});

describe('a message that creates a conversation', () => {
  beforeEach(() => local.filters());

  it('gives it the webhook of an address configuration of type webhook', async () => {
    Object.assign(local.autoCreation, {
      type: 'webhook',
      webhook_url: urlOf('address'),
      webhook_method: 'GET',
      webhook_filters: ['onMessageAdded', 'onParticipantAdded'],
    });
    const { conversationSid = '' } = await local.write();
    expect(sent()).toEqual([
      'onConversationRoute to callbacks/routing',
      'onMessageAdded to address',
      'onParticipantAdded to address',
    ]);
    expect(local.functions.received.filter(({ method }) => method === 'GET')).toHaveLength(2);
    const { webhooks } = conversationsOf()(conversationSid);
    expect(await webhooks.list()).toMatchObject([{ target: 'webhook', configuration: { method: 'get' } }]);
  });

  it('gives it no webhook where the type is default', async () => {
    const { conversationSid = '' } = await local.write();
    expect(await conversationsOf()(conversationSid).webhooks.list()).toEqual([]);
  });

  it('says which Studio flow would run where the type is studio', async () => {
    const flow = `FW${'1'.repeat(32)}`;
    Object.assign(local.autoCreation, { type: 'studio', studio_flow_sid: flow });
    await local.write();
    await local.write('again');
    const notes = local.timeline.entries().filter(({ title }) => title.includes(flow));
    expect(notes).toHaveLength(2);
  });
});

describe('a post-action webhook that fails', () => {
  it.each([503, 429])(
    'with %d is sent again with its RetryCount, as often as the setting says',
    async (code) => {
      local.filters('onParticipantAdded');
      local.retries = 2;
      local.functions.answers.onParticipantAdded = json({}, code);
      await local.write();
      const counts = local.functions.received.flatMap(({ fields }) => fields.RetryCount ?? []);
      expect(counts).toEqual(['0', '1', '2']);
      expect(local.webhooks().map(({ title }) => title)).toContain('onParticipantAdded, retry 2');
    },
  );

  it.each([
    [2, 500],
    [0, 503],
  ])('is not sent again with %d retries after %d', async (retries, status) => {
    local.filters('onParticipantAdded');
    local.retries = retries;
    local.functions.answers.onParticipantAdded = json({}, status);
    await local.write();
    expect(await local.received('onParticipantAdded')).toHaveLength(1);
  });

  it('is not sent again once it is received', async () => {
    local.filters('onParticipantAdded');
    local.retries = 3;
    let calls = 0;
    local.functions.answers.onParticipantAdded = (response, fields) =>
      json({}, calls++ === 0 ? 503 : 200)(response, fields);
    await local.write();
    expect(await local.received('onParticipantAdded')).toHaveLength(2);
  });
});
