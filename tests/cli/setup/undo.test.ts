import { chmodSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Cancelled } from '../../../cli/program';
import type { Change } from '../../../cli/setup/change';
import { findFlex } from '../../../cli/setup/flex';
import type { Needs } from '../../../cli/setup/needs';
import { SetupRecord } from '../../../cli/setup/record';
import { hookUrl, type Setting, us, useSetting } from './setting';

let setting: Setting;
let needs: Needs;
useSetting((made) => {
  ({ setting, needs } = made);
});

const webhooks = () => setting.rest.account.webhooks;
const theirs = 'https://example.com/hook';
const writes = [0, 1, 2, 3];
/** The first write that is not let through. */
const cases = writes.flatMap((write) => [
  { write, when: 'before', after: false },
  { write, when: 'after', after: true },
]);

/** Lets some writes through, then loses the connection. */
async function interrupt(work: () => Promise<unknown>, letThrough: number, after: boolean): Promise<void> {
  const { rest } = setting;
  let left = letThrough;
  let removeFault = (): void => {};
  const stop = rest.onRequest(({ request }) => {
    if (request.method === 'GET' || --left !== 0) return;
    removeFault = rest.fail({ path: /./, method: 'POST' }, { reset: true, after });
  });
  if (left === 0) removeFault = rest.fail({ method: 'POST' }, { reset: true, after });
  await expect(work()).rejects.toThrow();
  removeFault();
  stop();
}

describe('an interrupted setup', () => {
  it.each(cases)('is finished by the next run, and undone, when it ends $when write $write', async (one) => {
    const before = setting.snapshot();
    await interrupt(() => setting.setUp(needs), one.write, one.after);
    await setting.setUp(needs);
    expect((await setting.plan(needs)).changes).toEqual([]);
    expect(webhooks().fetch()).toMatchObject({ pre_webhook_url: hookUrl, post_webhook_url: hookUrl });
    expect(setting.rest.account.addresses.list()).toHaveLength(3);
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
  });

  it.each(cases)('is undone as far as it went when it ends $when write $write', async (one) => {
    webhooks().update({ PostWebhookUrl: 'https://example.com/old' }, ['onMessageAdded']);
    const before = setting.snapshot();
    await interrupt(() => setting.setUp(needs, { 'post-url': 'replace' }), one.write, one.after);
    expect(await setting.undo()).toEqual([]);
    expect(setting.snapshot()).toEqual(before);
  });
});

it.each([0, 1])('an undo that is interrupted at write %d is finished by the next one', async (write) => {
  const before = setting.snapshot();
  await setting.setUp(needs);
  const fail = setting.rest.fail(
    { method: write === 0 ? 'POST' : 'DELETE' },
    { reset: true, after: true },
    1,
  );
  await expect(setting.undo()).rejects.toThrow();
  fail();
  expect(await setting.undo()).toEqual([]);
  expect(setting.snapshot()).toEqual(before);
});

describe('undo leaves what is no longer as setup wrote it', () => {
  it('such as a URL that somebody else has taken since, with its events and its method', async () => {
    webhooks().update({ Method: 'GET' });
    await setting.setUp(needs);
    webhooks().update({ PreWebhookUrl: theirs });
    expect(await setting.undo()).toEqual([
      'webhooks account: preWebhookUrl is no longer as setup wrote it',
      'webhooks account: method, because a URL is no longer ours',
      'webhooks account: the filters onConversationAdd, because a URL is no longer ours',
    ]);
    expect(webhooks().fetch()).toMatchObject({
      pre_webhook_url: theirs,
      post_webhook_url: null,
      method: 'POST',
      filters: ['onConversationAdd'],
    });
  });

  it('such as an address that somebody has given to Studio since', async () => {
    await setting.setUp(needs);
    const flow = `FW${'1'.repeat(32)}`;
    const form = { 'AutoCreation.Type': 'studio', 'AutoCreation.StudioFlowSid': flow };
    setting.rest.account.addresses.update(us, form);
    expect(await setting.undo()).toEqual([`address sms:${us}: it is no longer as setup made it`]);
    const left = setting.rest.account.addresses.list();
    expect(left.map(({ address, auto_creation }) => [address, auto_creation?.type])).toEqual([
      [us, 'studio'],
    ]);
  });

  it('and does not miss an address that somebody has removed since', async () => {
    await setting.setUp(needs);
    setting.rest.account.addresses.remove(us);
    expect(await setting.undo()).toEqual([]);
    expect(setting.rest.account.addresses.list()).toEqual([]);
  });
});

it('undo goes back through several runs', async () => {
  const before = setting.snapshot();
  await setting.setUp(needs);
  await setting.setUp({ ...needs, functionsUrl: 'https://service-1234-prod.twil.io' });
  await setting.setUp({ ...needs, events: { ...needs.events, post: ['onConversationAdded'] } });
  expect(webhooks().fetch().filters).toHaveLength(3);
  expect(await setting.undo()).toEqual([]);
  expect(setting.snapshot()).toEqual(before);
});

describe('setup for Flex', () => {
  it('keeps who may read .env, and undo an empty line for the key', async () => {
    const text = 'OUTBOUND_API_KEY=\nA=1\n';
    setting.writeEnv(text);
    const file = join(setting.root, '.env');
    chmodSync(file, 0o640);
    const session = setting.session();
    const state = await session.readState(needs);
    const flex = { variables: {}, newKey: session.env.makeKey() };
    await session.apply(session.plan(needs, state, { decisions: new Map(), flex }));
    expect(setting.env()).toMatch(/^OUTBOUND_API_KEY=[0-9a-f]{64}\nA=1\n$/);
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(await setting.undo()).toEqual([]);
    expect(setting.env()).toBe(text);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  const none = async () => undefined;
  const client = () => setting.client();

  it("writes the SIDs of Flex's workspace, workflow and queue into .env, and undo removes them", async () => {
    setting.writeEnv('A=1\n# ours\nFLEX_QUEUE_SID=\nB=2');
    const variables = await findFlex(client(), {}, setting.session().env.read(), none);
    const { workspaceSid, workflowSid, queueSid } = setting.rest.taskRouter.workspace;
    await setting.setUp(needs, {}, { flex: { variables } });
    expect(setting.env()).toBe(
      `A=1\n# ours\nFLEX_QUEUE_SID=${queueSid}\nB=2\nFLEX_WORKSPACE_SID=${workspaceSid}\nFLEX_WORKFLOW_SID=${workflowSid}\n`,
    );
    expect((await setting.plan(needs, {}, { flex: { variables: {} } })).changes).toEqual([]);
    await setting.undo();
    expect(setting.env()).toBe('A=1\n# ours\nFLEX_QUEUE_SID=\nB=2\n');
  });

  it('ends where somebody presses Ctrl-C at the question which one Flex uses', async () => {
    const list = async () => ['1', '2'].map((n) => ({ sid: `WS${n.repeat(32)}`, friendlyName: n }));
    const several = { taskrouter: { v1: { workspaces: { list } } } } as unknown as Parameters<
      typeof findFlex
    >[0];
    const choose = () => Promise.reject(new Cancelled());
    await expect(findFlex(several, {}, {}, choose)).rejects.toThrow('Nothing was changed.');
  });

  it('asks for nothing that the data or .env has', async () => {
    setting.writeEnv(`FLEX_QUEUE_SID=WQ${'1'.repeat(32)}\n`);
    const { workspaceSid } = setting.rest.taskRouter.workspace;
    const env = setting.session().env.read();
    const found = await findFlex(client(), { workspaceSid }, env, none);
    expect(Object.keys(found)).toEqual(['FLEX_WORKFLOW_SID']);
  });

  it('writes a new key into .env and shows it nowhere; undo removes it unless it was changed', async () => {
    const withKey = async () => {
      const session = setting.session();
      const state = await session.readState(needs);
      const flex = { variables: {}, newKey: session.env.makeKey() };
      const plan = session.plan(needs, state, { decisions: new Map(), flex });
      await session.apply(plan);
      return plan;
    };
    const plan = await withKey();
    const [, key = ''] = /^OUTBOUND_API_KEY=([0-9a-f]{64})\n$/.exec(setting.env()) ?? [];
    expect(key).toHaveLength(64);
    const record = readFileSync(join(setting.root, '.setup', `AC${'0'.repeat(32)}.json`), 'utf8');
    expect(JSON.stringify(plan) + record).not.toContain(key);
    expect((await withKey()).notices).toContain('OUTBOUND_API_KEY is set in .env already: it stays.');
    expect(setting.env()).toBe(`OUTBOUND_API_KEY=${key}\n`);

    setting.writeEnv('OUTBOUND_API_KEY=another-key-of-somebody-who-made-one\n');
    expect(await setting.undo()).toEqual(['env .env: OUTBOUND_API_KEY is no longer as setup wrote it']);
    await setting.setUp(needs);
    setting.writeEnv('');
    await withKey();
    expect(await setting.undo()).toEqual([]);
    expect(setting.env()).toBe('');
  });
});

it('puts nothing back in a local Twilio that has been started again: its account is another one', () => {
  const account = { accountSid: `AC${'0'.repeat(32)}`, controlUrl: 'http://localhost:4000' };
  const change: Change = { kind: 'address', id: `sms:${us}`, before: null, after: { enabled: true } };
  new SetupRecord(setting.root, { ...account, authToken: 'first' }).add(change);
  const changesOf = (authToken: string) => new SetupRecord(setting.root, { ...account, authToken }).changes;
  expect([changesOf('first'), changesOf('second')]).toEqual([[change], []]);
});
