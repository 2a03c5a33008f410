import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type RunningProxy, startProxy } from '../simulator/twilio/http/proxy';
import { accountSid, authToken, FakeTwilio, type Fault, faults } from './support/fake-twilio';
import { fixture, withField, without } from './support/fixtures';
import { createGetTwilioClient } from './support/in-process-client';
import { projectRoot } from './support/project';
import { type Running, runtimes } from './support/runtimes';

const conversation = `CH${'0'.repeat(31)}1`;
const participantsPath = `/v1/Conversations/${conversation}/Participants`;

describe('the fake Twilio, used by the unmodified SDK of another process', () => {
  const fake = new FakeTwilio();
  let proxy: RunningProxy;

  beforeAll(async () => {
    proxy = await startProxy(fake, { port: 0 });
  });
  beforeEach(() => {
    fake.reset();
    fake.addConversation({ sid: conversation });
  });
  afterAll(() => proxy.close());

  /** Runs an expression with `participants` and `client` in a process of its own; gives its value or the SDK's error. */
  async function inChild(expression: string, token = authToken): Promise<unknown> {
    const script = `
      const client = require('twilio')('${accountSid}', '${token}', { timeout: 1500 });
      const participants = client.conversations.v1.conversations('${conversation}').participants;
      const print = (value) => process.stdout.write(JSON.stringify(value ?? null), () => process.exit());
      (async () => ${expression})().then(print, ({ status, code, message }) => print({ status, code, message }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], {
      cwd: projectRoot,
      env: { HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: proxy.caFile },
    });
    return JSON.parse(stdout) as unknown;
  }

  const add = `participants.create({ identity: 'alice@example.com' })`;

  it('takes a participant once', async () => {
    const twice = await inChild(
      `[await ${add}, await ${add}.catch(({ status, code }) => ({ status, code }))]`,
    );
    expect(twice).toEqual([
      expect.objectContaining({
        identity: 'alice@example.com',
        attributes: '{}',
        conversationSid: conversation,
      }),
      { status: 409, code: 50433 },
    ]);
    const call = {
      method: 'POST',
      host: 'conversations.twilio.com',
      path: participantsPath,
      form: { Identity: 'alice@example.com' },
    };
    expect(fake.calls).toEqual([call, call]);
    expect(fake.workers(conversation)).toEqual(['alice@example.com']);
  });

  it('pages a list', async () => {
    for (const identity of ['a', 'b', 'c']) fake.addParticipant(conversation, { identity });
    const list = await inChild('(await participants.list({ pageSize: 2 })).map(({ identity }) => identity)');
    expect(list).toEqual(['a', 'b', 'c']);
    expect(fake.calls).toHaveLength(2);
  });

  it('fetches, updates and removes a participant by SID and by identity', async () => {
    const { sid } = fake.addParticipant(conversation, { identity: 'alice' });
    const attributes = await inChild(`{
      await participants('${sid}').update({ attributes: '{"customer_id":"1"}' });
      return (await participants('alice').fetch()).attributes;
    }`);
    expect(attributes).toBe('{"customer_id":"1"}');
    expect(await inChild(`participants('${sid}').remove()`)).toBe(true);
    expect(await inChild(`participants('${sid}').fetch()`)).toMatchObject({ status: 404, code: 20404 });
    expect(fake.participants(conversation)).toEqual([]);
  });

  it('gives a conversation and a Frontline user', async () => {
    fake.addUser({ identity: 'alice@example.com', isAvailable: false });
    expect(
      await inChild(
        'client.conversations.v1.conversations.get(participants._solution.conversationSid).fetch()',
      ),
    ).toMatchObject({ sid: conversation, state: 'active' });
    const user = `client.frontlineApi.v1.users(encodeURIComponent('alice@example.com')).fetch()`;
    expect(await inChild(user)).toMatchObject({
      identity: 'alice@example.com',
      isAvailable: false,
      state: 'active',
    });
    expect(await inChild(`client.frontlineApi.v1.users('bob').fetch()`)).toMatchObject({ code: 20404 });
  });

  it('refuses wrong credentials, and what it does not know', async () => {
    expect(await inChild(add, 'wrong')).toMatchObject({ status: 401, code: 20003 });
    expect(
      await inChild(`client.messages.create({ to: '+12125550101', from: '+16465550190', body: 'x' })`),
    ).toMatchObject({
      status: 501,
    });
    expect(fake.participants(conversation)).toEqual([]);
  });

  it.each<[string, Fault, object, number]>([
    ['an error', faults.tooManyRequests, { status: 429, code: 20429 }, 0],
    ['an error after the work', { ...faults.serverError, after: true }, { status: 500, code: 20500 }, 1],
    ['a page of HTML', faults.unavailable, { status: 503 }, 0],
    ['silence', faults.hang, { code: 'ECONNABORTED' }, 0],
    ['silence after the work', { ...faults.hang, after: true }, { code: 'ECONNABORTED' }, 1],
    ['a torn connection', faults.reset, { code: 'ECONNRESET' }, 0],
  ])('can answer with %s', async (_name, fault, error, members) => {
    fake.fail({ method: 'POST', path: '/v1/Conversations/*/Participants' }, fault, 1);
    expect(await inChild(add)).toMatchObject(error);
    expect(fake.participants(conversation)).toHaveLength(members);
    expect(await inChild(add)).toMatchObject(members ? { code: 50433 } : { identity: 'alice@example.com' });
  });

  it('lets nothing out to other hosts', async () => {
    await inChild(`client.request({ method: 'get', uri: 'https://www.example.com/' })`);
    expect(proxy.escapes).toEqual(['www.example.com:443']);
    expect(fake.calls).toEqual([]);
  });
});

describe('the fake Twilio, used by the SDK of this process', () => {
  const fake = new FakeTwilio();
  const client = createGetTwilioClient(fake, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken })();
  beforeEach(() => fake.reset());

  it('has conversations of other services, which the short path does not reach', async () => {
    const chatServiceSid = `IS${'2'.repeat(32)}`;
    fake.addConversation({ sid: conversation, chatServiceSid }, [{ identity: 'alice' }]);
    const { v1 } = client.conversations;
    const inService = v1.services(chatServiceSid).conversations(conversation);
    expect((await inService.participants.list()).map(({ identity }) => identity)).toEqual(['alice']);
    await expect(v1.conversations(conversation).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it('is told fields that are given twice', async () => {
    const filters = ['onConversationAdd', 'onParticipantAdded'];
    await client.conversations.v1.configuration.webhooks().update({ filters });
    expect(fake.rest.account.webhooks.fetch()).toMatchObject({ filters });
  });

  it('is told fields of JSON, and headers', async () => {
    const { documents } = client.sync.v1.services('default');
    const created = await client.request({
      method: 'post',
      uri: 'https://sync.twilio.com/v1/Services/default/Documents',
      headers: { 'Content-Type': 'application/json' },
      data: { UniqueName: 'one', Data: '{"a":1}' },
    });
    expect(created.statusCode).toBe(201);
    expect(fake.rest.sync.document('one').data).toEqual({ a: 1 });
    const update = client.sync.v1
      .services('default')
      .documents('one')
      .update({ data: { a: 2 }, ifMatch: 'another' });
    await expect(update).rejects.toMatchObject({ status: 412 });
    expect(await documents.list()).toMatchObject([{ uniqueName: 'one', data: { a: 1 } }]);
    expect(fake.writes.map(({ host }) => host)).toEqual(['sync.twilio.com', 'sync.twilio.com']);
  });

  it('knows nothing any more once it is reset', async () => {
    const { state, rest } = fake;
    fake.addConversation({ sid: conversation, state: 'closed' }, [{ identity: 'alice' }]);
    fake.fail({}, faults.serverError);
    fake.credentials = { ...fake.credentials, authToken: 'another' };
    fake.reset();
    expect([fake.calls, fake.state.conversations()]).toEqual([[], []]);
    expect(fake.credentials).toEqual({ accountSid, authToken });
    expect(fake.state).not.toBe(state);
    expect(fake.rest).not.toBe(rest);
    expect(await client.conversations.v1.conversations.list()).toEqual([]);
  });
});

describe('the rules of conversations', () => {
  const fake = new FakeTwilio();
  const customer = {
    'MessagingBinding.Address': '+12125550101',
    'MessagingBinding.ProxyAddress': '+16465550190',
  };

  beforeEach(() => {
    fake.reset();
    fake.addConversation({ sid: conversation });
  });

  const post = (form: Record<string, string>, path = participantsPath) =>
    fake.handle({
      method: 'POST',
      host: 'conversations.twilio.com',
      path,
      query: {},
      form,
      headers: {
        authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
      },
    });

  it('let a pair of addresses be in one open conversation', async () => {
    fake.addConversation({ sid: 'CH2' }, [{ address: '+12125550101', proxyAddress: '+16465550190' }]);
    expect(await post(customer)).toMatchObject({
      status: 409,
      body: {
        code: 50416,
        status: 409,
        message: expect.stringMatching(/CH2$/),
        more_info: expect.any(String),
      },
    });
    fake.addConversation({ sid: 'CH2', state: 'closed' });
    expect(await post(customer)).toMatchObject({
      status: 201,
      body: {
        identity: null,
        messaging_binding: { type: 'sms', address: '+12125550101', proxy_address: '+16465550190' },
      },
    });
  });

  it('refuse a conversation that is not ready as often as told', async () => {
    fake.addConversation({ sid: conversation, initializingCalls: 2 });
    const codes = [];
    for (let index = 0; index < 3; index++)
      codes.push(((await post({ Identity: 'alice' })).body as { code?: number }).code);
    expect(codes).toEqual([50386, 50386, undefined]);
    expect(fake.state.conversation(conversation).state).toBe('active');
  });

  it('refuse a conversation for ever that never gets ready', async () => {
    fake.addConversation({ sid: conversation, state: 'initializing' }, [{ identity: 'alice' }]);
    const path = `${participantsPath}/alice`;
    for (let index = 0; index < 3; index++) {
      expect(await post({ Attributes: '{}' }, path)).toMatchObject({ status: 409, body: { code: 50386 } });
      expect(await post({ Identity: 'bob' })).toMatchObject({ status: 409, body: { code: 50386 } });
    }
    expect(fake.workers(conversation)).toEqual(['alice']);
  });

  it('refuse a conversation that is closed', async () => {
    fake.addConversation({ sid: conversation, state: 'closed' }, [{ identity: 'alice' }]);
    expect(await post({ Identity: 'bob' })).toMatchObject({ status: 400, body: { code: 50377 } });
    expect(fake.workers(conversation)).toEqual(['alice']);
  });

  it('know SIDs that are given, and make the others', async () => {
    const sid = `MB${'0'.repeat(31)}1`;
    fake.addConversation({ sid: conversation, friendlyName: 'Ada', attributes: '{"a":1}' }, [
      { sid, address: 'whatsapp:+12125550101', attributes: '{"b":2}' },
      { identity: 'alice' },
    ]);
    expect(fake.state.conversation(conversation)).toMatchObject({
      friendly_name: 'Ada',
      attributes: '{"a":1}',
    });
    expect(fake.participants(conversation)).toMatchObject([
      { sid, attributes: '{"b":2}', messaging_binding: { type: 'whatsapp' }, identity: null },
      { sid: expect.stringMatching(/^MB[0-9a-f]{32}$/), attributes: '{}', identity: 'alice' },
    ]);
    expect(await post({}, `${participantsPath}/${sid}`)).toMatchObject({ status: 200, body: { sid } });
  });

  it('let a test write as fast as it can', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => post({ Identity: `worker ${index}` })),
    );
    expect(answers.filter(({ status }) => status !== 201)).toEqual([]);
  });

  it('refuse attributes over 4 KB or not JSON', async () => {
    const { sid } = fake.addParticipant(conversation, { identity: 'alice' });
    const path = `${participantsPath}/${sid}`;
    expect(await post({ Attributes: JSON.stringify('é'.repeat(2_048)) }, path)).toMatchObject({
      status: 400,
    });
    expect(await post({ Attributes: '{' }, path)).toMatchObject({ status: 400 });
    expect(await post({ Attributes: JSON.stringify('é'.repeat(2_047)) }, path)).toMatchObject({
      status: 200,
    });
  });
});

describe('fixtures', () => {
  it('are fresh copies that can be spoilt', () => {
    const route = fixture('on-conversation-route');
    expect(without(route, 'EventType')).not.toHaveProperty('EventType');
    expect(withField(route, 'State', 'closed').State).toBe('closed');
    expect(fixture('on-conversation-route').State).toBe('active');
  });
});

describe('without a bundle', () => {
  it.each(runtimes)('$name says what to do', async ({ start }) => {
    await expect(start({ dist: join(tmpdir(), 'there-is-no-bundle') })).rejects.toThrow(
      'run npm run build first',
    );
  });
});

/** Small functions that say what a runtime gives them. */
const stubs = {
  'callbacks/echo.protected.js': `
    let requests = 0;
    exports.handler = (context, event, callback) => {
      requests += 1;
      const { request, ...fields } = event;
      console.log('echo %s', JSON.stringify(fields));
      console.error('done');
      const asset = Runtime.getAssets()['/customers.json'];
      const response = new Twilio.Response();
      response.setStatusCode(201);
      response.appendHeader('Content-Type', 'application/json');
      response.setBody({
        fields,
        requests,
        path: context.PATH,
        color: context.COLOR,
        environment: process.env.COLOR,
        signature: request.headers['x-twilio-signature'],
        hidden: Object.keys(request.headers).filter((name) => name.startsWith('i-')),
        asset: asset && asset.open(),
        same: asset && asset.open() === require('fs').readFileSync(asset.path, 'utf8'),
      });
      callback(null, response);
    };`,
  'callbacks/add.protected.js': `
    exports.handler = async (context, event, callback) => {
      try {
        const client = context.getTwilioClient({ timeout: 300 });
        const { participants } = client.conversations.v1.conversations(event.ConversationSid);
        const { identity } = await participants.create({ identity: event.Worker });
        callback(null, { identity, members: (await participants.list()).length });
      } catch ({ status, code, message }) {
        callback(null, { status, code, failed: Boolean(message) });
      }
    };`,
  'callbacks/crash.protected.js': `exports.handler = async () => { throw new Error('crashed on purpose'); };`,
  'callbacks/throw.protected.js': `exports.handler = () => { throw new Error('thrown on purpose'); };`,
  'callbacks/text.protected.js': `exports.handler = (context, event, callback) => callback(null, 'plain');`,
};

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe.each(runtimes)('a function $name', ({ name, start }) => {
  const dist = mkdtempSync(join(tmpdir(), 'stubs-'));
  const inProcess = name === 'handlers directly';
  let running: Running;

  beforeAll(async () => {
    for (const [file, text] of Object.entries({
      ...stubs,
      '../assets/customers.private.json': '"first"',
    })) {
      const path = join(dist, 'functions', file);
      mkdirSync(join(path, '..'), { recursive: true });
      writeFileSync(path, text);
    }
    running = await start({ dist, sources: join(dist, 'functions'), env: { COLOR: 'red' } });
  });
  beforeEach(async () => {
    running.twilio.reset();
    running.twilio.addConversation({ sid: conversation });
    await running.setData({});
    await running.setEnv({});
    running.clearLogs();
  });
  afterAll(async () => {
    await running.stop();
    rmSync(dist, { recursive: true, force: true });
  });

  const echo = (fields: Record<string, string> = {}) => running.call('/callbacks/echo', fields);
  const addAlice = () =>
    running.call('/callbacks/add', { ConversationSid: conversation, Worker: 'alice@example.com' });
  const once = inProcess || name === 'in the deployed layout' ? 1 : undefined;

  it('meets its event, context, assets and Response', async () => {
    const fields = { 'MessagingBinding.Address': '+12125550101', Text: 'a & b é' };
    const answer = await running.call('/callbacks/echo', fields, {
      headers: { 'X-Twilio-Signature': 'abc' },
      query: { more: 'yes' },
    });
    expect(answer).toMatchObject({
      status: 201,
      body: {
        fields: { ...fields, more: 'yes' },
        requests: 1,
        path: '/callbacks/echo',
        color: 'red',
        signature: 'abc',
        hidden: [],
        asset: '"first"',
        same: true,
      },
      callbacks: once,
    });
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(running.logs()).toEqual([`echo ${JSON.stringify({ more: 'yes', ...fields })}`, 'done']);
    running.clearLogs();
    expect(running.logs()).toEqual([]);
  });

  it('lives on between calls, and begins anew with new data', async () => {
    await echo();
    expect((await echo()).body).toMatchObject({ requests: 2, asset: '"first"' });
    await running.setData({ '/customers.json': '"second"' });
    expect((await echo()).body).toMatchObject({ requests: 1, asset: '"second"' });
    await running.setData({ '/customers.json': undefined });
    expect((await echo()).body).not.toHaveProperty('asset');
    await running.setData({});
    expect((await echo()).body).toMatchObject({ requests: 1, asset: '"first"' });
  });

  it('sees changed and missing variables', async () => {
    await running.setEnv({ COLOR: 'blue' });
    expect((await echo()).body).toMatchObject({
      color: 'blue',
      ...(inProcess ? {} : { environment: 'blue' }),
    });
    await running.setEnv({ AUTH_TOKEN: undefined });
    expect(await addAlice()).toMatchObject({ status: 200, body: { failed: true } });
    expect(running.twilio.calls).toEqual([]);
    await running.setEnv({ AUTH_TOKEN: 'f'.repeat(32) });
    expect(await addAlice()).toMatchObject({ body: { status: 401, code: 20003 } });
  });

  it('works with the SDK', async () => {
    expect(await addAlice()).toMatchObject({
      status: 200,
      body: { identity: 'alice@example.com', members: 1 },
      callbacks: once,
    });
    expect(await addAlice()).toMatchObject({ body: { status: 409, code: 50433 } });
    expect(running.twilio.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `POST ${participantsPath}`,
      `GET ${participantsPath}`,
      `POST ${participantsPath}`,
    ]);
    expect(running.twilio.writes[0]?.form).toEqual({ Identity: 'alice@example.com' });
    expect(running.escapes).toEqual([]);
  });

  it('can be called twice at once', async () => {
    running.twilio.fail({ method: 'POST' }, { delay: 50 });
    const answers = await Promise.all([addAlice(), addAlice()]);
    expect(answers.map(({ body }) => (body as { code?: number }).code).sort()).toEqual([50433, undefined]);
  });

  it.each<[string, Fault, object]>([
    ['an error of Twilio', faults.tooManyRequests, { status: 429, code: 20429 }],
    ['a page of HTML', faults.unavailable, { status: 503 }],
    ['silence', faults.hang, { code: 'ECONNABORTED' }],
    ['a torn connection', faults.reset, { code: 'ECONNRESET' }],
  ])('meets %s', async (_name, fault, error) => {
    running.twilio.fail({ method: 'POST' }, fault, 1);
    expect((await addAlice()).body).toMatchObject(error);
    expect((await addAlice()).body).toMatchObject({ identity: 'alice@example.com' });
  });

  it('answers text as text, and what it throws as 500', async () => {
    expect(await running.call('/callbacks/text', {})).toMatchObject({
      status: 200,
      body: 'plain',
      callbacks: once,
    });
    expect(await running.call('/callbacks/throw', {})).toMatchObject({
      status: 500,
      body: { message: 'thrown on purpose' },
    });
  });

  it('that rejects is an error of the call, and the next call is served', async () => {
    await expect(running.call('/callbacks/crash', {})).rejects.toThrow('crashed on purpose');
    expect((await echo()).body).toMatchObject({ requests: 1 });
  });

  it('leaves nothing behind', async () => {
    const { pid } = running;
    await running.stop();
    await running.stop();
    expect(pid === undefined).toBe(inProcess);
    expect(pid !== undefined && alive(pid)).toBe(false);
    running = await start({ dist, sources: join(dist, 'functions') });
  });
});
