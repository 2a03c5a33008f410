import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ActionResult, RestEntry, SimulatedConversation, Snapshot } from '../../simulator/api';
import type { ConversationPage } from '../../simulator/api-lists';
import { freePorts } from '../../simulator/listen';
import { runCommand } from '../support/command-line';
import { projectRoot } from '../support/project';
import { Started } from '../support/started';
import { webhooks } from './local-over-http';

/** A project as Twilio's toolkit makes it: plain JavaScript, and no package of its own. */
const files = {
  'functions/hooks.protected.js': `
    const { greet } = require(Runtime.getFunctions()['shared'].path);
    exports.handler = async (context, event, callback) => {
      if (event.EventType === 'onConversationAdd') {
        return callback(null, { friendly_name: greet(event['MessagingBinding.Address']) });
      }
      const conversation = context.getTwilioClient().conversations.v1.conversations(event.ConversationSid);
      await conversation.participants(event.ParticipantSid).update({ attributes: JSON.stringify({ seen: true }) });
      callback(null, 'ok');
    };`,
  'functions/routing.protected.js': `
    const client = require('twilio')(process.env.TWILIO_ACCOUNT_SID, process.env.TWILIO_AUTH_TOKEN);
    exports.handler = async (context, event, callback) => {
      await fetch('https://crm.example.com/owner').catch(() => {});
      const { participants } = client.conversations.v1.conversations(event.ConversationSid);
      await participants.create({ identity: context.DEFAULT_WORKER });
      callback(null, 'ok');
    };`,
  'functions/crm.protected.js': `
    exports.handler = async (context, event, callback) => {
      await context.getTwilioClient().conversations.v1.conversations.list();
      if (event.Query === 'broken') throw new Error('No CRM');
      const { TWILIO_API_KEY: key, TWILIO_API_SECRET: secret, ACCOUNT_SID: accountSid } = context;
      const byKey = require('twilio')(key, secret, { accountSid });
      const services = await byKey.sync.v1.services(context.SYNC_SERVICE_SID).documents.list();
      callback(null, { objects: { customers: [{ customer_id: String(services.length), display_name: 'Ada' }] } });
    };`,
  'functions/shared.private.js': "exports.greet = (address) => 'Texts from ' + address;",
  'package.json': '{}',
  'assets/index.html': 'A page',
  '.env':
    'ACCOUNT_SID=ACff\nAUTH_TOKEN=real\nTWILIO_ACCOUNT_SID=ACff\nTWILIO_AUTH_TOKEN=real\n' +
    'TWILIO_API_KEY=SKff\nTWILIO_API_SECRET=real\nSYNC_SERVICE_SID=ISff\n',
  'local-twilio.json': JSON.stringify({
    numbers: ['+16465550191'],
    workers: ['alice@example.com'],
    env: { DEFAULT_WORKER: 'alice@example.com' },
    frontline: { crm: '/crm', routing: '/routing' },
    conversations: {
      preWebhookUrl: '/hooks',
      postWebhookUrl: '/hooks',
      filters: ['onConversationAdd', 'onParticipantAdded'],
    },
  }),
};

let folder: string;
const write = (file: string, text: string): void => {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
};
beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'other-project-'));
  for (const [file, text] of Object.entries(files)) write(file, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('npm start -- --project', () => {
  let running: Started;
  let functions: number;
  let console: number;
  let env: Record<string, string>;
  beforeEach(async () => {
    const ports = await freePorts(3);
    [functions = 0, console = 0] = ports;
    env = {
      PORT: String(functions),
      SIMULATOR_PORT: String(console),
      SIMULATOR_PROXY_PORT: String(ports[2]),
    };
    const args = ['--import', 'tsx', 'cli/main.ts', 'start', '--project', folder];
    running = new Started(projectRoot, process.execPath, args, env);
    await running.prints(/Stop it with Ctrl-C/);
  });
  afterEach(() => running.kill());

  const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const url = `http://localhost:${console}${path}`;
    const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
    return (await response.json()) as T;
  };
  const text = (from: string): Promise<ActionResult> => api('POST', '/api/inbound', { from, body: 'Hello' });
  const nameAfter = async (from: string): Promise<string | null | undefined> => {
    const { conversationSid } = await text(from);
    return (await api<SimulatedConversation>('GET', `/api/conversations/${conversationSid}`)).friendlyName;
  };

  it('calls its functions with a text, and they call Twilio', async () => {
    expect(running.output).toContain('The webhooks are those in local-twilio.json.');
    const { ok, entries, conversationSid } = await text('+12125550101');
    expect(ok).toBe(true);
    expect(webhooks(entries).map(({ name, url, status }) => [name, url, status])).toEqual([
      ['onConversationAdd', `http://localhost:${functions}/hooks`, 200],
      ['onParticipantAdded', `http://localhost:${functions}/hooks`, 200],
      ['onConversationRoute', `http://localhost:${functions}/routing`, 200],
    ]);
    const calls = entries.filter((entry): entry is typeof entry & RestEntry => entry.kind === 'rest');
    const nameOf = (id: number | undefined) => webhooks(entries).find((entry) => entry.id === id)?.name;
    expect(calls.map(({ during, method, status }) => [nameOf(during), method, status]).sort()).toEqual([
      ['onConversationRoute', 'POST', 201],
      ['onParticipantAdded', 'POST', 200],
    ]);
    expect(entries).toContainEqual(
      expect.objectContaining({
        kind: 'note',
        title: 'Nothing is sent to crm.example.com',
        state: 'warning',
        text: expect.stringContaining('--allow-net=crm.example.com'),
        conversationSid,
      }),
    );
    const { numbers } = await api<Snapshot>('GET', '/api/state');
    const { conversations } = await api<ConversationPage>('GET', '/api/conversations');
    expect(numbers).toEqual([{ address: '+16465550191', channels: ['sms'] }]);
    expect(conversations).toMatchObject([
      {
        sid: conversationSid,
        friendlyName: 'Texts from +12125550101',
        participants: [
          { address: '+12125550101', attributes: { seen: true } },
          { identity: 'alice@example.com' },
        ],
      },
    ]);
    const ask = (path: string) => fetch(`http://localhost:${functions}${path}`, { method: 'POST' });
    expect((await ask('/hooks')).status).toBe(403);
    expect((await ask('/shared')).status).toBe(403);
    expect(await (await fetch(`http://localhost:${functions}/index.html`)).text()).toBe('A page');
  });

  it('gets the local account in place of a real one, and survives a handler that rejects', async () => {
    const customers = (query: string): Promise<{ customers: object[]; entry: object }> =>
      api('GET', `/api/app/customers?worker=alice@example.com&query=${query}`);
    const answers = await Promise.all(['broken', 'a', 'b'].map(customers));
    expect(answers).toMatchObject([
      { customers: [], entry: { status: 500, body: '{"message":"No CRM"}' } },
      ...[1, 2].map(() => ({
        customers: [{ customer_id: '0', display_name: 'Ada' }],
        entry: { status: 200 },
      })),
    ]);
    expect(running.output).not.toContain('ended by itself');
  });

  it('serves what is saved; a configuration that is wrong is reported, and the one before goes on', async () => {
    const { conversationSid: first } = await text('+12125550101');
    write('functions/shared.private.js', "exports.greet = () => 'Saved';");
    let next = 0;
    const fresh = (): string => `+1312555${String(100 + next++).padStart(4, '0')}`;
    const becomes = (name: string | null) => async () =>
      (await nameAfter(fresh())) === name ? true : undefined;
    await running.until(becomes('Saved'), 'the function that was saved');

    write('local-twilio.json', '{"numbers": ["12"], "conversations": {"preWebhookUrl": "/nothing"}}');
    const report = await running.until(
      async () => (await api<Snapshot>('GET', '/api/state')).build.report,
      'the report',
    );
    expect(report).toContain('local-twilio.json cannot be used:\n  numbers.0: must be a number such as');
    expect(await nameAfter(fresh())).toBe('Saved');

    write('local-twilio.json', '{}');
    await running.until(becomes(null), 'the account without webhooks');
    const { settings } = await api<Snapshot>('GET', '/api/state');
    expect(await api('GET', `/api/conversations/${first}`)).toMatchObject({
      friendlyName: 'Texts from +12125550101',
    });
    expect(settings.frontlineUrls.routing).toBe('');
  });

  it('lends its account to any program by npm run proxy-env', async () => {
    const conversation = (await text('+12125550101')).conversationSid;
    const script = `
      eval "$(node --import tsx cli/main.ts proxy-env)" || exit
      curl -sfu "$TWILIO_ACCOUNT_SID:$TWILIO_AUTH_TOKEN" https://conversations.twilio.com/v1/Conversations/${conversation} || exit
      echo
      TWILIO_REGION=ie1 TWILIO_EDGE=dublin node -e "require('twilio')().conversations.v1.conversations.list().then(([one]) => console.log(one.sid))"
      node -e "require('axios').get('https://verify.twilio.com/v2/Services', { auth: { username: process.env.TWILIO_ACCOUNT_SID, password: process.env.TWILIO_AUTH_TOKEN } }).catch((error) => console.log(error.response.status))"`;
    const client = new Started(projectRoot, 'sh', ['-c', script], env);
    expect([await client.ends(), client.output]).toEqual([
      0,
      expect.stringMatching(new RegExp(`^\\{.*"sid":"${conversation}".*\\}\n${conversation}\n501\n$`)),
    ]);
    const list = async (shell: string): Promise<string> => {
      const args = ['--import', 'tsx', 'cli/main.ts', 'proxy-env', '--shell', shell];
      const printing = new Started(projectRoot, process.execPath, args, env);
      await printing.ends();
      return printing.output;
    };
    const proxy = `http://localhost:${env.SIMULATOR_PROXY_PORT}`;
    expect(await list('fish')).toContain(`set -gx HTTPS_PROXY '${proxy}';\n`);
    expect(await list('powershell')).toContain(`$env:HTTPS_PROXY = '${proxy}'\n`);
    expect(await list('cmd')).toContain(`set "HTTPS_PROXY=${proxy}"\n`);
  });
});

describe('npm start -- --project refuses', () => {
  const start = (...args: string[]) => runCommand(projectRoot, ['start', ...args]);
  const remove = (path: string): void => rmSync(join(folder, path), { recursive: true });

  it.each<[string, () => void, (root: string) => string]>([
    ['a folder that does not exist', () => remove('.'), (root) => `There is no folder ${root}`],
    [
      'a folder without functions',
      () => remove('functions'),
      (root) =>
        `${root} has no folder functions: this is no project with Twilio Functions, or it must be built first.`,
    ],
    [
      'functions that have not been built',
      () => {
        remove('functions');
        write('functions/crm.ts', '');
      },
      (root) => `${root}/functions has TypeScript only: build it first.`,
    ],
    [
      'a folder without package.json',
      () => remove('package.json'),
      (root) => `${root} has no package.json, which twilio-run needs: run "npm init -y" there.`,
    ],
    [
      'packages that have not been installed',
      () => write('package.json', '{"dependencies": {"axios": "1"}}'),
      (root) => `${root} has no node_modules: run "npm install" there.`,
    ],
    [
      'a folder that .twilioserverlessrc names and that is not there',
      () => write('.twilioserverlessrc', '{ /* comment */ "functionsFolder": "dist/functions" }'),
      (root) => `${root} has no folder dist/functions`,
    ],
    [
      'a tunnel',
      () => write('.twilioserverlessrc', '{"commands": {"start": {"ngrok": ""}}}'),
      () => '.twilioserverlessrc opens a tunnel by ngrok',
    ],
    [
      'a webhook that no function serves',
      () => write('local-twilio.json', '{"frontline": {"crm": "/crn"}}'),
      (root) =>
        `${root}/local-twilio.json: crm is /crn, which no function serves. There are: /crm, /hooks, /index.html`,
    ],
    [
      'a name that is not known',
      () => write('local-twilio.json', '{"frontline": {"crn": "/crm"}}'),
      (root) => `${root}/local-twilio.json cannot be used:\n  frontline.crn: is not known`,
    ],
    [
      'what is not JSON',
      () => write('local-twilio.json', '{'),
      (root) => `${root}/local-twilio.json is not valid JSON`,
    ],
  ])('%s', (_title, spoil, message) => {
    spoil();
    const { status, stderr } = start('--project', folder);
    expect(stderr).toContain(message(folder));
    expect(status).toBe(2);
  });

  it('a configuration for no project', () => {
    expect(start('--config', 'x.json')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--config is for another project: name it with --project.'),
    });
  });
});
