import { existsSync, writeFileSync } from 'node:fs';
import type { ActionResult } from '../../../simulator/api';
import type { ConversationView } from '../../../simulator/api-lists';
import { freePorts } from '../../../simulator/listen';
import { runCommand } from '../../support/command-line';
import { send } from '../../support/http';
import { ProjectCopy } from '../../support/project-copy';
import { Started } from '../../support/started';

const project = new ProjectCopy();
let running: Started;
let env: Record<string, string>;
beforeAll(async () => {
  const names = ['PORT', 'SIMULATOR_PORT', 'SIMULATOR_PROXY_PORT', 'SIMULATOR_DEPLOYED_PORT'];
  const ports = await freePorts(names.length);
  env = Object.fromEntries(names.map((name, index) => [name, String(ports[index])]));
  writeFileSync(project.path('.env'), '');
  running = new Started(project.root, process.execPath, ['--import', 'tsx', 'cli/main.ts', 'start'], env);
  await running.prints(/Stop it with Ctrl-C/);
});
afterAll(() => {
  running.kill();
  project.remove();
});

/** Runs a command on the local Twilio. */
const run = (...args: string[]) => {
  const { status, stdout, stderr } = runCommand(project.root, [...args, '--local', '--json'], env);
  expect([status, stderr.replace(/^\w[\w ]+ …\n/gm, '')]).toEqual([0, '']);
  return JSON.parse(stdout) as { url: string; changes: object[]; left: string[] };
};
/** Asks the control API, over a new connection: a command blocks this process while others are closed. */
const control = async <T>(path: string, json?: Record<string, unknown>): Promise<T> => {
  const port = Number(env.SIMULATOR_PORT);
  const { body } = await send(port, `/api${path}`, {}, json ? { json } : { method: 'GET' });
  return body as T;
};
/** A customer texts. @returns where the webhooks went, and who is in the conversation */
const text = async (from: string) => {
  const { ok, entries, conversationSid } = await control<ActionResult>('/inbound', { from, body: 'Hello' });
  const { participants } = await control<ConversationView>(`/conversations/${conversationSid}`);
  const webhooks = entries.flatMap((entry) => (entry.kind === 'webhook' ? [entry] : []));
  return {
    ok,
    origins: new Set(webhooks.map(({ url }) => new URL(url).origin)),
    workers: participants.flatMap(({ identity }) => identity ?? []),
  };
};

it('deploy and setup lead a text through what was uploaded, and undo leads it back', async () => {
  const reloading = `http://localhost:${env.PORT}`;
  expect(await text('+12125550101')).toMatchObject({ ok: true, origins: new Set([reloading]) });

  const { url } = run('deploy');
  expect(run('setup', '--yes')).toMatchObject({
    url,
    changes: [{ kind: 'webhooks' }, { kind: 'frontline' }],
  });
  expect(run('setup')).toMatchObject({ url, changes: [] });
  expect(existsSync(project.path('.setup'))).toBe(true);
  const { ok, origins, workers } = await text('+12125550102');
  expect([ok, origins, workers.length]).toEqual([true, new Set([url]), 1]);

  expect(run('setup', '--undo', '--yes').left).toEqual([]);
  expect((await text('+12125550103')).origins).toEqual(new Set([reloading]));
}, 180_000);
