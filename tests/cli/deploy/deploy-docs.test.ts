import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../support/command-line';
import { projectRoot } from '../../support/project';
import { ProjectCopy } from '../../support/project-copy';
import type { Started } from '../../support/started';
import { type LocalPorts, startLocalTwilio } from './local-project';

/** The calls in the console samples of the page, in its order, each with what it prints. */
const samples = [
  ...readFileSync(join(projectRoot, 'docs/deploy.md'), 'utf8').matchAll(/^```console\n([\s\S]*?)^```$/gm),
].flatMap(([, block = '']) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((call): [string, string] => {
      const [command = '', ...lines] = call.split('\n');
      return [command, lines.join('\n')];
    }),
);

// Each call of the command is a process, and builds.
jest.setTimeout(180_000);
const project = new ProjectCopy();
let running: Started;
let env: LocalPorts;
let usual: Record<string, string>;

beforeAll(async () => {
  ({ running, env } = await startLocalTwilio(project));
  usual = { [env.PORT]: '3000', [env.SIMULATOR_PORT]: '4000', [env.SIMULATOR_DEPLOYED_PORT]: '4010' };
});
afterAll(() => {
  running.kill();
  project.remove();
});

/** Takes out what differs from one run to the next: ports, ids, times and sizes. */
const withoutChance = (text: string): string =>
  text
    .replace(/localhost:(\d+)/g, (_whole, port: string) => `localhost:${usual[port] ?? port}`)
    .replace(/build-[0-9a-f]{16}/g, 'build-…')
    .replace(/\b([A-Z]{2})[0-9a-f]{32}\b/g, '$1…')
    .replace(/ +\d+ ms of/g, ' … ms of')
    .replace(/[\d.]+ kB/g, '… kB');

describe('docs/deploy.md', () => {
  it('has samples', () => {
    expect(samples.length).toBeGreaterThanOrEqual(4);
  });

  it.each(samples)('shows what %s prints', (command, printed) => {
    const [, name = '', rest = ''] = /^npm run (\S+)(?: -- (.*))?$/.exec(command) ?? [];
    const { stdout } = runCommand(project.root, [name, ...rest.split(' ').filter(Boolean)], env);
    expect(withoutChance(stdout)).toBe(withoutChance(printed));
  });
});
