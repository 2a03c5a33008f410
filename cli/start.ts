import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { watch } from 'chokidar';
import { buildProject } from './build';
import { describeService } from './describe-service';

const root = resolve(__dirname, '..');
const port = Number(process.env.PORT || 3000);
const url = `http://localhost:${port}`;

let functions: ChildProcess | undefined;
let stopping = false;

/** Builds; says what is wrong, or that all is well. */
async function build(): Promise<{ ok: boolean; routes: string[] }> {
  const started = performance.now();
  const result = await buildProject(root).catch((error: unknown) => ({
    ok: false as const,
    report: String(error),
  }));
  if (!result.ok) {
    console.error(`${result.report}\nNot built. Mend it and save; this goes on by itself.`);
    return { ok: false, routes: [] };
  }
  console.log(`Built: ${result.summary} (${Math.round(performance.now() - started)} ms)`);
  return result;
}

/** Starts `twilio-run` on `dist/`, which `.twilioserverlessrc` names, and waits until it answers. */
async function startFunctions(): Promise<void> {
  const command = join(root, 'node_modules/twilio-run/bin/twilio-run.js');
  const child = spawn(process.execPath, [command, 'start', `--port=${port}`, '--log-level=warn'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  functions = child;
  child.once('exit', (code) => {
    if (stopping || functions !== child) return;
    console.error(`twilio-run ended by itself (exit code ${code}).`);
    void stop(1);
  });
  while (child.exitCode === null && child.signalCode === null) {
    if (await isListening()) return;
    await sleep(50);
  }
}

/** Looks without a request, which would show in the log. */
async function isListening(): Promise<boolean> {
  const socket = connect(port, 'localhost');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function stopFunctions(): Promise<void> {
  const child = functions;
  functions = undefined;
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await once(child, 'exit');
  clearTimeout(killed);
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await stopFunctions();
  process.exit(exitCode);
}

/** @throws an error that names the port when another program has it */
async function requirePort(): Promise<void> {
  const probe = createServer();
  probe.listen(port);
  try {
    await once(probe, 'listening');
  } catch (error) {
    const { code } = error as { code?: string };
    throw new Error(
      `Port ${port} cannot be used (${code}). Stop what uses it, or choose another: PORT=3001 npm start`,
    );
  }
  probe.close();
  await once(probe, 'close');
}

async function main(): Promise<void> {
  await requirePort();
  process.once('SIGINT', () => void stop(0));
  process.once('SIGTERM', () => void stop(0));

  let running = (await build()).ok;
  if (running) {
    await startFunctions();
    console.log(await describeService(root, url));
  }

  let turn: Promise<void> = Promise.resolve();
  const rebuild = async (path: string): Promise<void> => {
    const { ok, routes } = await build();
    if (!ok) return;
    const restart = !running || routes.length > 0 || path === join(root, '.env');
    if (!restart) return;
    await stopFunctions();
    await startFunctions();
    if (!running) console.log(await describeService(root, url));
    running = true;
  };
  let timer: NodeJS.Timeout | undefined;
  watch(
    ['functions', 'lib', 'assets', '.env'].map((name) => join(root, name)),
    { ignoreInitial: true },
  ).on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(() => rebuild(path));
    }, 100);
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  void stop(1);
});
