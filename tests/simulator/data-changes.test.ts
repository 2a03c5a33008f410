import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks';
import type { Routing } from '../../lib/model';
import { LocalTwilio } from '../../simulator/local-twilio';
import { inProcess } from './in-process';
import { root } from './local';

type Change = (routing: Routing) => void;

const service = `IS${'0'.repeat(31)}7`;
const workspace = `WS${'0'.repeat(31)}7`;

/** What the data can say of the account, each in place of what the shipped data says. */
const versions: Record<string, Change> = {
  'the shipped data': () => undefined,
  'fewer workers': (data) => data.workers.splice(0, 2),
  'another name of a worker': ({ workers: [first] }) => {
    if (first) first.display_name = 'Alice Other';
  },
  'another number': (data) => {
    data.proxyAddresses.defaults.sms = '+16465550155';
    data.proxyAddresses.rules = [];
  },
  'no number': (data) => {
    data.proxyAddresses = { defaults: {}, rules: [] };
    data.routing.numbers = {};
  },
  'a service of its own': (data) => {
    data.conversationServiceSid = service;
  },
  'no Frontline': (data) => {
    data.routing.on = 'onConversationAdded';
  },
  'a workspace': (data) => {
    data.flex = { ...data.flex, workspaceSid: workspace };
  },
};

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-changes-'));
  mkdirSync(join(folder, 'dist'));
  cpSync(join(root, 'dist/assets'), join(folder, 'dist/assets'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(version: string, withTemplates = true): void {
  const read = (name: string) => readFileSync(join(root, 'dist/assets', name), 'utf8');
  const routing = JSON.parse(read('routing.private.json')) as Routing;
  versions[version]?.(routing);
  writeFileSync(join(folder, 'dist/assets/routing.private.json'), JSON.stringify(routing));
  const templates = withTemplates ? read('templates.private.json') : '{"categories":[]}';
  writeFileSync(join(folder, 'dist/assets/templates.private.json'), templates);
}

const start = (): LocalTwilio =>
  new LocalTwilio({
    root: folder,
    ports: { functions: 1, console: 2, proxy: 3 },
    onOutput: () => undefined,
  });

/** All that the data determines, without SIDs that are made up. */
function accountOf({ rest, state }: LocalTwilio): object {
  const { account, frontline, taskRouter, content, phoneNumbers } = rest;
  return {
    services: account.services.list().map(({ sid, friendly_name }) => [sid, friendly_name]),
    addresses: account.addresses
      .list()
      .map(({ type, address, auto_creation }) => JSON.stringify([type, address, auto_creation]))
      .sort(),
    numbers: phoneNumbers
      .numbers()
      .map(({ phone_number }) => phone_number)
      .sort(),
    senders: phoneNumbers.senders().map(({ sender_id }) => sender_id),
    own: [...state.ownAddresses].sort(),
    configuration: account.configuration.fetch(),
    defaults: [state.defaultServiceSid, state.defaultTimers],
    webhooks: account.webhooks.fetch(),
    frontline: frontline.access,
    users: frontline
      .users()
      .map(({ identity, friendly_name }) => `${identity} ${friendly_name}`)
      .sort(),
    workspace: taskRouter.workspace,
    agents: taskRouter
      .workers()
      .map(({ friendly_name, attributes }) => [friendly_name, attributes])
      .sort(),
    templates: content.templates(),
  };
}

describe.each(Object.keys(versions))('with %s', (version) => {
  it.each(Object.keys(versions))('the account is the same after %s as at a first start', async (before) => {
    build(version);
    const first = accountOf(start());
    build(before, false);
    const local = start();
    build(version);
    await local.onBuild({ ok: true });
    expect(accountOf(local)).toEqual(first);
    build(before);
    await local.onBuild({ ok: true });
    expect(accountOf(local)).toEqual(accountOf(start()));
  });

  it('the account is the same after everything was changed and reset as at a first start', async () => {
    build(version);
    const first = accountOf(start());
    const local = start();
    const { accountSid, authToken } = local.state;
    const { v1 } = twilio(accountSid, authToken, { httpClient: inProcess(local.rest) }).conversations;
    const { sid } = await v1.services.create({ friendlyName: 'Second' });
    const changed = { defaultChatServiceSid: sid, defaultClosedTimer: 'P1D' };
    await v1.configuration().update(changed);
    for (const one of await v1.services.list()) if (one.sid !== sid) await v1.services(one.sid).remove();
    for (const one of await v1.addressConfigurations.list()) await v1.addressConfigurations(one.sid).remove();
    await v1.configuration.webhooks().update({ preWebhookUrl: '', filters: ['onUserAdded'] });
    const page = { type: 'messenger' as const, address: 'messenger:9' };
    await v1.addressConfigurations.create(page);
    local.reset(false);
    expect(accountOf(local)).toMatchObject({ services: [[sid, 'Second']] });
    local.reset(true);
    expect(accountOf(local)).toEqual(first);
  });
});

describe('what somebody has changed since', () => {
  it('stays when the data changes: an address, a service with conversations, a name', async () => {
    build('a service of its own');
    const local = start();
    const { account, frontline } = local.rest;
    account.addresses.update('+16465550190', { 'AutoCreation.Enabled': 'false' });
    account.addresses.remove('whatsapp:+16465550190');
    local.state.createConversation({ chatServiceSid: service }, { source: 'API', webhooks: false });
    frontline.putUser({ identity: 'alice@example.com', friendly_name: 'Ali' });
    for (const version of ['fewer workers', 'no number', 'the shipped data']) {
      build(version);
      await local.onBuild({ ok: true });
      const { auto_creation } = account.addresses.fetch('+16465550190');
      expect(auto_creation).toMatchObject({ enabled: false, conversation_service_sid: service });
      expect(account.services.fetch(service).sid).toBe(service);
      const isThere = account.addresses.list().some(({ address }) => address === 'whatsapp:+16465550190');
      // Data that has named it no more, and names it again, is new.
      expect(isThere).toBe(version === 'the shipped data');
      expect(frontline.user('alice@example.com').friendly_name).toBe('Ali');
    }
  });
});

it('takes the key of .env and the auth token that it is given, where there are any', () => {
  writeFileSync(join(folder, '.env'), 'OUTBOUND_API_KEY=the-key-of-the-env-file-0123456789\n');
  const authToken = 'f'.repeat(32);
  const local = new LocalTwilio({
    root: folder,
    ports: { functions: 1, console: 2, proxy: 3 },
    authToken,
    onOutput: () => undefined,
  });
  expect(local.parts.flex.environment().OUTBOUND_API_KEY).toBe('the-key-of-the-env-file-0123456789');
  expect(local.state.authToken).toBe(authToken);
  expect(local.parts.webhooks.sign('http://localhost:1/', {})).toBe(
    getExpectedTwilioSignature(authToken, 'http://localhost:1/', {}),
  );
});
