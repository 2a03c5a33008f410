import type { Needs } from '../../../cli/setup/needs';
import type { FrontlineAccess } from '../../../simulator/twilio/frontline';
import { gb, hookUrl, needsOf, routeOnAdded, type Setting, us, useSetting } from './setting';

let setting: Setting;
let needs: Needs;
useSetting((made) => {
  ({ setting, needs } = made);
});

const webhooks = () => setting.rest.account.webhooks;
const theirs = 'https://example.com/hook';
const [webhooksPath, addressesPath] = ['/v1/Configuration/Webhooks', '/v1/Configuration/Addresses'];
const setWebhooks = (form: Record<string, string>, filters?: string[]) => webhooks().update(form, filters);
const idsOf = (found: { id: string }[]): string[] => found.map(({ id }) => id);

describe('setup on an empty account', () => {
  it('sets the webhooks, and autocreation for each number of the data', async () => {
    const { conflicts, notices } = await setting.setUp(needs);
    expect([conflicts, notices]).toEqual([[], []]);
    const autoCreation = 'AutoCreation.Enabled=true&AutoCreation.Type=default';
    expect(setting.writes).toEqual([
      `POST ${webhooksPath} PreWebhookUrl=${hookUrl}&PostWebhookUrl=${hookUrl}&Filters=onConversationAdd&Filters=onParticipantAdded`,
      `POST ${addressesPath} Type=sms&Address=${us}&${autoCreation}`,
      `POST ${addressesPath} Type=whatsapp&Address=whatsapp:${us}&${autoCreation}`,
      `POST ${addressesPath} Type=sms&Address=${gb}&${autoCreation}`,
    ]);
    expect(webhooks().fetch()).toMatchObject({
      pre_webhook_url: hookUrl,
      post_webhook_url: hookUrl,
      method: 'POST',
      filters: ['onConversationAdd', 'onParticipantAdded'],
      target: 'webhook',
    });
  });

  it('finds nothing to do when it runs again', async () => {
    await setting.setUp(needs);
    setting.writes = [];
    expect(await setting.setUp(needs)).toMatchObject({ changes: [], conflicts: [], kept: [], notices: [] });
    expect(setting.writes).toEqual([]);
  });

  it('is undone: the account is as it was', async () => {
    setting.writeEnv('A=1\n');
    const before = setting.snapshot();
    await setting.setUp(needs);
    expect(setting.snapshot()).not.toEqual(before);
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
    setting.writes = [];
    expect(await setting.undo()).toEqual([]);
    expect(setting.writes).toEqual([]);
  });

  it('uses the conversation service in the data', async () => {
    const { sid } = setting.rest.account.services.create('Ours');
    await setting.setUp(await needsOf((routing) => Object.assign(routing, { conversationServiceSid: sid })));
    const created = setting.rest.account.addresses.list();
    expect(created.map(({ auto_creation }) => auto_creation)).toEqual(
      Array(3).fill({ enabled: true, type: 'default', conversation_service_sid: sid }),
    );
  });

  it("sets the service's webhooks where these are asked for, and is undone", async () => {
    const before = setting.snapshot();
    const scope = setting.state.defaultServiceSid;
    await setting.setUp(await needsOf(undefined, scope));
    expect(setting.writes[0]).toBe(
      `POST /v1/Services/${scope}/Configuration/Webhooks PreWebhookUrl=${hookUrl}&PostWebhookUrl=${hookUrl}&Filters=onConversationAdd&Filters=onParticipantAdded`,
    );
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
    // A form cannot clear a URL in another way, though the description of a service's webhooks has no empty one.
    expect(setting.problems.splice(0)).toEqual(
      ['PreWebhookUrl', 'PostWebhookUrl'].map(
        (name) =>
          `POST conversations.twilio.com/v1/Services/${scope}/Configuration/Webhooks: ${name}  must match format "uri"`,
      ),
    );
  });
});

describe('setup on an account that is already right', () => {
  beforeEach(() => {
    setWebhooks({ PreWebhookUrl: hookUrl, PostWebhookUrl: hookUrl }, [
      'onMessageAdded',
      'onParticipantAdded',
      'onConversationAdd',
    ]);
    const form = { 'AutoCreation.Enabled': 'true', 'AutoCreation.Type': 'default' };
    for (const [Type = '', Address = ''] of needs.addresses.map(({ type, address }) => [type, address]))
      setting.rest.account.addresses.create({ Type, Address, ...form });
  });

  it('changes nothing, and leaves nothing to undo', async () => {
    const before = setting.snapshot();
    expect((await setting.setUp(needs)).changes).toEqual([]);
    await setting.undo();
    expect([setting.writes, setting.snapshot()]).toEqual([[], before]);
  });

  it("says where the service's webhooks are ours too, as events would come twice", async () => {
    const serviceSid = setting.state.defaultServiceSid;
    webhooks().updateService(serviceSid, { PostWebhookUrl: hookUrl }, ['onParticipantAdded']);
    const { notices } = await setting.plan({ ...needs, serviceSid: undefined, scope: serviceSid });
    expect(notices).toEqual([
      "The account's pre-event URL also points to these functions: its events would come twice. Clear one of them.",
      "The account's post-event URL also points to these functions: its events would come twice. Clear one of them.",
    ]);
  });
});

describe('setup on an account with filters and URLs of others', () => {
  it('adds its filters to those that are there, and undo removes only its own', async () => {
    setWebhooks({}, ['onMessageAdded', 'onParticipantAdded']);
    await setting.setUp(needs);
    expect(webhooks().fetch().filters).toEqual(['onMessageAdded', 'onParticipantAdded', 'onConversationAdd']);
    setWebhooks({}, [...webhooks().fetch().filters, 'onUserAdded']);
    await setting.undo();
    expect(webhooks().fetch().filters).toEqual(['onMessageAdded', 'onParticipantAdded', 'onUserAdded']);
  });

  it('asks about a URL of somebody else, and changes nothing until it is decided', async () => {
    setWebhooks({ PostWebhookUrl: theirs }, ['onMessageAdded']);
    const { conflicts, changes } = await setting.plan(needs);
    expect(conflicts).toEqual([{ id: 'post-url', found: theirs, text: expect.stringContaining(theirs) }]);
    expect(changes[0]).toEqual({
      kind: 'webhooks',
      id: 'account',
      before: { preWebhookUrl: null, postWebhookUrl: theirs, filters: ['onMessageAdded'] },
      after: {
        preWebhookUrl: hookUrl,
        postWebhookUrl: theirs,
        filters: ['onMessageAdded', 'onConversationAdd'],
      },
    });
    expect(setting.writes).toEqual([]);
  });

  it('keeps a URL of somebody else with its events, and does not ask about it again', async () => {
    setWebhooks({ PostWebhookUrl: theirs }, ['onMessageAdded']);
    await setting.setUp(needs, { 'post-url': 'keep' });
    expect(webhooks().fetch()).toMatchObject({
      pre_webhook_url: hookUrl,
      post_webhook_url: theirs,
      filters: ['onMessageAdded', 'onConversationAdd'],
    });
    const again = await setting.plan(needs);
    expect([again.changes, again.conflicts, idsOf(again.kept)]).toEqual([[], [], ['post-url']]);
    setWebhooks({ PostWebhookUrl: `${theirs}/2` });
    expect(idsOf((await setting.plan(needs)).conflicts)).toEqual(['post-url']);
  });

  it('replaces a URL of somebody else where that is decided, and undo puts it back', async () => {
    setWebhooks({ PreWebhookUrl: theirs, Method: 'GET' }, ['onMessageAdd']);
    const before = setting.snapshot();
    await setting.setUp(needs, { 'pre-url': 'replace' });
    expect(webhooks().fetch()).toMatchObject({ pre_webhook_url: hookUrl, method: 'POST' });
    await setting.undo();
    expect(setting.snapshot()).toEqual(before);
  });

  it('takes the URL of another environment of ours without asking', async () => {
    await setting.setUp(needs);
    const moved = { ...needs, functionsUrl: 'https://service-1234-prod.twil.io' };
    const { conflicts } = await setting.setUp(moved);
    expect(conflicts).toEqual([]);
    expect(webhooks().fetch().pre_webhook_url).toBe(`${moved.functionsUrl}/callbacks/conversations`);
  });

  it('asks before it changes the method of a URL that is kept', async () => {
    setWebhooks({ PreWebhookUrl: theirs, Method: 'GET' });
    const { conflicts } = await setting.plan(needs, { 'pre-url': 'keep' });
    expect(conflicts).toEqual([{ id: 'method', found: 'GET', text: expect.stringContaining(theirs) }]);
    await setting.setUp(needs, { 'pre-url': 'keep', method: 'replace' });
    expect(webhooks().fetch()).toMatchObject({
      pre_webhook_url: theirs,
      post_webhook_url: hookUrl,
      method: 'POST',
    });
  });

  it("leaves Flex's webhooks alone unless that is decided", async () => {
    setWebhooks({ Target: 'flex' });
    expect(idsOf((await setting.plan(needs)).conflicts)).toEqual(['target']);
    await setting.setUp(needs, { target: 'keep' });
    expect(setting.writes.filter((write) => write.includes(webhooksPath))).toEqual([]);
    const before = setting.snapshot();
    await setting.setUp(needs, { target: 'replace' });
    expect(webhooks().fetch()).toMatchObject({ target: 'webhook', pre_webhook_url: hookUrl });
    await setting.undo();
    expect(webhooks().fetch().target).toBe('flex');
    expect(before).toMatchObject({ account: { target: 'flex' } });
  });
});

describe('setup on an account whose numbers somebody else uses', () => {
  const studio = {
    Type: 'sms',
    Address: us,
    'AutoCreation.Enabled': 'true',
    'AutoCreation.Type': 'studio',
    'AutoCreation.StudioFlowSid': `FW${'1'.repeat(32)}`,
  };

  it.each([
    ['a Studio flow', studio, `autocreation of type studio (FW${'1'.repeat(32)}) in the default service`],
    ['nobody', { Type: 'sms', Address: us, 'AutoCreation.Enabled': 'false' }, 'autocreation is off'],
  ])('asks about an address configuration that serves %s; undo puts it back', async (_what, form, found) => {
    setting.rest.account.addresses.create(form);
    const before = setting.snapshot();
    const id = `address:sms:${us}`;
    expect((await setting.plan(needs)).conflicts).toEqual([
      { id, found, text: expect.stringContaining(found) },
    ]);
    await setting.setUp(needs, { [id]: 'replace' });
    expect(setting.rest.account.addresses.fetch(us).auto_creation).toMatchObject({
      enabled: true,
      type: 'default',
    });
    expect((await setting.plan(needs)).changes).toEqual([]);
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
  });

  it.each([
    [{ sms_url: 'https://example.com/sms' }, 'https://example.com/sms'],
    [
      { sms_url: `https://webhooks.twilio.com/v1/Accounts/AC/Flows/FW${'2'.repeat(32)}` },
      `the Studio flow FW${'2'.repeat(32)}`,
    ],
    [
      { sms_url: 'https://example.com/sms', sms_application_sid: `AP${'1'.repeat(32)}` },
      `the application AP${'1'.repeat(32)}`,
    ],
  ])('asks about a number with %j', async (given, found) => {
    setting.answer(us, given);
    const id = `number:${us}`;
    expect((await setting.plan(needs)).conflicts).toEqual([
      { id, found, text: expect.stringContaining(found) },
    ]);
    await setting.setUp(needs, { [id]: 'keep' });
    const configured = setting.rest.account.addresses.list().map(({ address }) => address);
    expect(configured).toEqual([`whatsapp:${us}`, gb]);
  });

  it("asks about a number whose messages its Messaging Service answers, whatever the number's own URL", async () => {
    setting.answer(us, { sms_url: 'https://example.com/not-used' });
    const { sid } = setting.rest.messagingServices.add({ inbound_request_url: 'https://example.com/in' }, [
      us,
    ]);
    const found = `https://example.com/in (of the Messaging Service ${sid})`;
    const { conflicts, notices } = await setting.plan(needs);
    expect(conflicts).toEqual([{ id: `number:${us}`, found, text: expect.stringContaining(found) }]);
    expect(notices).toEqual([expect.stringContaining(`${us} is in the Messaging Service ${sid}`)]);
  });

  it('asks about the URL of a number whose Messaging Service leaves messages to it', async () => {
    setting.answer(us, { sms_url: 'https://example.com/sms' });
    const service = { inbound_request_url: 'https://example.com/in', use_inbound_webhook_on_number: true };
    setting.rest.messagingServices.add(service, [us]);
    const { conflicts, notices } = await setting.plan(needs);
    expect(conflicts.map(({ found }) => found)).toEqual(['https://example.com/sms']);
    expect(notices).toEqual([]);
  });

  it('only mentions a Messaging Service that answers nothing', async () => {
    const { sid } = setting.rest.messagingServices.add({}, [us]);
    const { conflicts, notices } = await setting.plan(needs);
    expect([conflicts, notices]).toEqual([[], [expect.stringContaining(sid)]]);
  });

  it("only mentions Twilio's own demo, which new numbers come with", async () => {
    setting.answer(us, { sms_url: 'https://demo.twilio.com/welcome/sms/reply' });
    const { conflicts, notices } = await setting.plan(needs);
    expect([conflicts, notices]).toEqual([[], [expect.stringContaining("Twilio's demo text")]]);
  });

  it('says that a number of the data is not the account’s, and does not configure it', async () => {
    setting.rest.phoneNumbers.remove(gb);
    const { notices } = await setting.setUp(needs);
    expect(notices).toEqual([
      `${gb} is in the data, but the account does not own it: buy it, or correct the data.`,
    ]);
    expect(setting.rest.account.addresses.list().map(({ address }) => address)).toEqual([
      us,
      `whatsapp:${us}`,
    ]);
  });
});

describe('setup on an account without Frontline', () => {
  it.each<FrontlineAccess>(['missing', 'forbidden'])(
    'whose API is %s, routes on onConversationAdded',
    async (access) => {
      setting.rest.frontline.access = access;
      const { notices } = await setting.setUp(await needsOf(routeOnAdded));
      expect(notices).toEqual([]);
      expect(webhooks().fetch().filters).toEqual([
        'onConversationAdd',
        'onConversationAdded',
        'onParticipantAdded',
      ]);
    },
  );

  it.each<[FrontlineAccess, string]>([
    ['missing', 'None of alice@example.com, bob@example.com, carol@example.com is a Frontline user'],
    ['forbidden', 'The account has no Frontline, but the data routes on onConversationRoute'],
  ])('whose API is %s, says what to change in data that routes by Frontline', async (access, text) => {
    setting.rest.frontline.access = access;
    const { notices } = await setting.plan(needs);
    expect(notices).toEqual([expect.stringContaining(text)]);
  });

  it('says that an account with Frontline would route twice', async () => {
    const { notices } = await setting.plan(await needsOf(routeOnAdded));
    expect(notices).toEqual([expect.stringContaining('choose "Do not route"')]);
  });
});

it('setup overwrites nothing that somebody changes after the plan was made', async () => {
  const plan = await setting.plan(needs);
  setWebhooks({ PreWebhookUrl: theirs });
  await expect(setting.session().apply(plan)).rejects.toThrow('has changed since the plan was made');
  expect(setting.writes).toEqual([]);
  expect(webhooks().fetch().pre_webhook_url).toBe(theirs);
});
