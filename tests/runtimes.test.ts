import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fault, faults } from './support/fake-twilio';
import { type Running, runtimes } from './support/runtimes';

const conversation = `CH${'0'.repeat(31)}1`;
const participantsPath = `/v1/Conversations/${conversation}/Participants`;

/** Small functions that answer what a runtime gives them. */
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

describe.each(runtimes)('a function, $name', ({ name, start }) => {
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
  });
  afterAll(async () => {
    await running.stop();
    rmSync(dist, { recursive: true, force: true });
  });

  const echo = (fields: Record<string, string> = {}) => running.call('/callbacks/echo', fields);
  const addAlice = () =>
    running.call('/callbacks/add', { ConversationSid: conversation, Worker: 'alice@example.com' });
  const once = inProcess || name === 'in the deployed layout' ? 1 : undefined;

  it('gets its event, context, assets and Response', async () => {
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
    const echoed = `echo ${JSON.stringify({ more: 'yes', ...fields })}`;
    expect([answer.lines, answer.calls]).toEqual([[{ text: echoed }, { text: 'done' }], []]);
  });

  it('has its own log lines, and nobody else has them', async () => {
    const words = ['one', 'two', 'three'];
    const answers = await Promise.all(words.map((word) => echo({ word })));
    expect(answers.map(({ lines }) => lines)).toEqual(
      words.map((word) => [{ text: `echo ${JSON.stringify({ word })}` }, { text: 'done' }]),
    );
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

  it('reaches Twilio with the SDK', async () => {
    const call = { host: 'conversations.twilio.com', path: participantsPath };
    const adding = { ...call, method: 'POST', form: { Identity: 'alice@example.com' } };
    expect(await addAlice()).toMatchObject({
      status: 200,
      body: { identity: 'alice@example.com', members: 1 },
      callbacks: once,
      calls: [adding, { ...call, method: 'GET', form: {} }],
    });
    expect(await addAlice()).toMatchObject({ body: { status: 409, code: 50433 }, calls: [adding] });
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
    ['no answer', faults.hang, { code: 'ECONNABORTED' }],
    ['a reset connection', faults.reset, { code: 'ECONNRESET' }],
  ])('gets %s as the error of the SDK', async (_name, fault, error) => {
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

  it('fails the call when it rejects, and serves the next call', async () => {
    await expect(running.call('/callbacks/crash', {})).rejects.toThrow('crashed on purpose');
    expect((await echo()).body).toMatchObject({ requests: 1 });
  });

  it('leaves no process behind when the runtime stops', async () => {
    const { pid } = running;
    await running.stop();
    await running.stop();
    expect(pid === undefined).toBe(inProcess);
    expect(pid !== undefined && alive(pid)).toBe(false);
    running = await start({ dist, sources: join(dist, 'functions') });
  });
});

describe.each(runtimes)('a runtime without a bundle, $name', ({ start }) => {
  it('says that npm run build makes one', async () => {
    await expect(start({ dist: join(tmpdir(), 'there-is-no-bundle') })).rejects.toThrow(
      'run npm run build first',
    );
  });
});
