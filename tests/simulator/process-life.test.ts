import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canConnect } from '../../simulator/functions-process';
import { freePorts } from '../../simulator/listen';
import { isLoopback, listeningAddresses } from '../support/listening';
import { ProjectCopy } from '../support/project-copy';
import { isRunning, Started } from '../support/started';

const secret = 'a-secret-of-the-env-file';
let project: ProjectCopy;
let ports: number[];
let running: Started;
let ours: number[];

beforeEach(async () => {
  project = new ProjectCopy();
  writeFileSync(project.path('.env'), `AUTH_TOKEN=${secret}\nOUTBOUND_API_KEY=${secret.repeat(2)}\n`);
  ports = await freePorts(3);
});
afterEach(() => {
  running.kill();
  for (const pid of ours) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  project.remove();
});

function run(command: string, ...args: string[]): void {
  const [PORT = '', SIMULATOR_PORT = '', SIMULATOR_PROXY_PORT = ''] = ports.map(String);
  running = new Started(project.root, command, args, { PORT, SIMULATOR_PORT, SIMULATOR_PROXY_PORT });
  ours = [];
}

/** Runs one of the project's scripts as a developer does, and waits until it serves. */
async function runNpm(script: string, ready: RegExp): Promise<void> {
  run('npm', 'run', script);
  await running.prints(ready);
  ours = running.processes();
}

const commandOf = (pid: number): string =>
  readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
/** npm, the shell in which it runs the script if that stays, or the command itself. */
const find = (which: string): number | undefined =>
  ours.find((pid) => {
    const command = commandOf(pid);
    if (which === 'npm') return command.startsWith('npm run');
    return which === 'the shell'
      ? /^(\/bin\/)?sh -c /.test(command)
      : /^\S*node (--\S+ )*--import tsx/.test(command);
  });
/** The files below the system's temporary folder that these processes have made. */
const filesOf = (pids: number[]): string[] =>
  readdirSync(tmpdir())
    .filter((name) => pids.some((pid) => name.startsWith('local-twilio-') && name.includes(`-${pid}-`)))
    .flatMap((name) => readdirSync(join(tmpdir(), name)).map((file) => join(tmpdir(), name, file)));
const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // A socket.
    return '';
  }
};

const start = ['start', /Stop it with Ctrl-C/] as const;
const startFunctions = ['start:functions', /Try one:/] as const;

it.each([start, startFunctions])(
  'npm run %s listens on this machine alone, and writes no variable into a file',
  async (script, ready) => {
    await runNpm(script, ready);
    const addresses = ours.flatMap(listeningAddresses);
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses.filter((address) => !isLoopback(address))).toEqual([]);
    const twilioRun = ours.filter((pid) => commandOf(pid) === 'twilio-run');
    expect(twilioRun).toHaveLength(1);
    expect(twilioRun.flatMap(listeningAddresses)).toEqual([]);
    expect(filesOf(ours).filter((file) => textOf(file).includes(secret))).toEqual([]);
  },
);

// npm passes SIGINT on to a shell that waits for its command, so that alone ends nothing: Ctrl-C reaches all three.
it.each([
  [...start, 'npm', 'SIGTERM'],
  [...start, 'npm', 'SIGHUP'],
  [...start, 'npm', 'SIGKILL'],
  [...start, 'the shell', 'SIGKILL'],
  [...start, 'node', 'SIGHUP'],
  [...start, 'node', 'SIGKILL'],
  [...startFunctions, 'npm', 'SIGKILL'],
  [...startFunctions, 'node', 'SIGKILL'],
] as const)(
  'npm run %s leaves no process, port or variable behind when, ready at %s, %s gets %s',
  async (script, ready, which, signal) => {
    await runNpm(script, ready);
    // Some shells do not stay: then there is nothing between npm and the command.
    process.kill(find(which) ?? (find('npm') as number), signal);
    await running.until(() => (ours.some(isRunning) ? undefined : true), 'the end of every process');
    expect(await Promise.all(ports.map(canConnect))).toEqual([false, false, false]);
    expect(filesOf(ours).filter((file) => !file.endsWith('/ca.pem'))).toEqual([]);
  },
);

it.each(['start', 'start:functions'])(
  'npm run %s leaves nothing behind when npm gets SIGKILL before the command has looked for it',
  async (script) => {
    run('npm', 'run', script);
    const command = await running.until(() => {
      ours = running.processes();
      return find('node');
    }, 'the command');
    // Stopped, it cannot look before npm is gone.
    process.kill(command, 'SIGSTOP');
    for (const which of ['npm', 'the shell']) {
      const pid = find(which);
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    }
    await running.until(
      () => (ours.some((pid) => pid !== command && isRunning(pid)) ? undefined : true),
      'its end',
    );
    process.kill(command, 'SIGCONT');
    await running.until(() => (isRunning(command) ? undefined : true), 'the end of the command');
    expect(await Promise.all(ports.map(canConnect))).toEqual([false, false, false]);
    expect(filesOf(ours)).toEqual([]);
  },
);

it('ends when neither npm nor what npm has started is its parent, but who adopts processes', async () => {
  run('sh', '-c', 'npm_lifecycle_event=start node --import tsx cli/main.ts start; true');
  expect(await running.ends()).toBe(0);
  expect(running.output).not.toMatch(start[1]);
});
