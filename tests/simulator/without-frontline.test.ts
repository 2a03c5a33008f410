import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';
import twilio from 'twilio';
import { ProjectCopy } from '../support/project-copy';
import { inProcess } from './in-process';
import { useLocal, webhooks } from './local-over-http';

const run = promisify(execFile);

describe('an account without Frontline', () => {
  const project = new ProjectCopy();
  beforeAll(async () => {
    const file = project.path('assets/routing.private.json');
    const data = JSON.parse(readFileSync(file, 'utf8')) as { routing: object };
    data.routing = { ...data.routing, on: 'onConversationAdded', respectAvailability: false };
    writeFileSync(file, JSON.stringify(data));
    await run(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'build'], {
      cwd: project.root,
    });
  });
  const { running: other } = useLocal(project.root);
  afterAll(() => project.remove());

  it.each([
    'new-customer',
    'known-customer',
    'whatsapp',
    'group-mms',
    'bot',
    'deliver-twice',
    'twilio-429',
    'twilio-torn',
  ])('%s ends as expected by onConversationAdded', async (name) => {
    const { failures, entries } = await other.local.actions.runScenario(name);
    expect(failures).toEqual([]);
    const sent = webhooks(entries);
    expect(sent.map((entry) => entry.name)).toContain('onConversationAdded');
    expect(sent.map((entry) => entry.name)).not.toContain('onConversationRoute');
    for (const entry of sent.filter((one) => one.name === 'onConversationAdded')) {
      expect(entry).toMatchObject({
        status: 200,
        outcome: expect.stringMatching(/\S (is|are) in the conversation\.$/),
      });
    }
    const asked = entries.flatMap((entry) => (entry.kind === 'rest' ? [new URL(entry.url).host] : []));
    expect(new Set(asked)).toEqual(new Set(['conversations.twilio.com']));
  });

  it('gives a worker to a conversation that is initializing for a second', async () => {
    other.local.parts.settings.change({ initializingMs: 1_000 });
    const { failures } = await other.local.actions.runScenario('known-customer');
    other.local.parts.settings.change({ initializingMs: 0 });
    expect(failures).toEqual([]);
  });

  it('reports conversations that REST and Flex create, and does not route them', async () => {
    const { accountSid, authToken } = other.local.state;
    const client = twilio(accountSid, authToken, { httpClient: inProcess(other.local.rest) });
    const told = () =>
      webhooks(other.local.timeline.entries()).filter(
        ({ name, status }) => name === 'onConversationAdded' && status !== undefined,
      );
    await client.conversations.v1.conversations.create({});
    const { sid } = await client.conversations.v1.conversations.create({ xTwilioWebhookEnabled: 'true' });
    while (told().length < 1) await new Promise((done) => setTimeout(done, 20));
    await other.local.actions.runScenario('flex-outbound');
    while (told().length < 2) await new Promise((done) => setTimeout(done, 20));
    expect(told().map((entry) => [entry.status, entry.conversationSid === sid])).toEqual([
      [200, true],
      [200, false],
    ]);
    expect(other.conversation(sid).participants).toEqual([]);
  });
});
