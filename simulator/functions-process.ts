import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import type { Target } from './forward-request';
import { createTemporaryFolder, socketIn } from './temporary-folder';
import { readLogLine } from './webhook-id';

export interface FunctionsOptions {
  /** The project's folder, built. */
  root: string;
  /** The gateway's port, which functions see in `DOMAIN_NAME`. */
  port: number;
  /** Where its functions and assets are, if `twilio-run` is not to find them by itself. */
  folders?: { functionsFolder: string; assetsFolder: string | undefined } | undefined;
  /** Variables that override `.env`; asked for at each start. */
  env(): Record<string, string>;
  /** Defaults for variables that are not in `.env`. */
  defaults?: Record<string, string>;
  /** Variables for the process itself, which Node.js reads when it starts. */
  processEnv?: Record<string, string>;
  /**
   * Whether each request gets its own process, which reads the files again: slower, but a new build needs no restart.
   * Otherwise one process answers all requests, like an instance in the cloud.
   */
  fork?: boolean;
  /** More files that the process loads before anything else. */
  preloads?: string[];
  /** Called with each line that a function logs, and with the id of its webhook if a preload adds it. */
  onLog(line: string, webhookId?: number): void;
  /** Called with anything else that `twilio-run` prints. */
  onOutput(line: string): void;
}

/** There is no valid build yet. */
export class NotBuilt extends Error {
  constructor() {
    super('There is no dist/ to serve yet: fix what the build reports and save');
  }
}

/** Twilio's limit of 10 s, and some time to notice it. */
const longestRequestMs = 11_000;

/** Runs `twilio-run` on the built folders, where only this user's programs reach it. */
export class FunctionsProcess {
  readonly #options: FunctionsOptions;
  #child: ChildProcess | undefined;
  #ready: Promise<Target> | undefined;
  /** Processes of earlier builds that still answer requests. */
  readonly #draining = new Set<ChildProcess>();
  #stopped = false;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** @returns where the functions are, once they can be reached; starts them if they are not running */
  target(): Promise<Target> {
    if (this.#stopped) return Promise.reject(new Error('the functions have been stopped'));
    this.#ready ??= this.#start();
    return this.#ready;
  }

  /**
   * Starts another process with the current `dist/`. Requests that arrive meanwhile wait for it; those that are under way
   * end in the process before.
   *
   * @param answered settles once the requests that are under way now have been answered
   */
  async restart(answered: () => Promise<void> = async () => undefined): Promise<void> {
    const before = this.#child;
    this.#child = undefined;
    this.#ready = this.#start();
    if (before) void this.#drain(before, answered());
    await this.#ready;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([this.#child, ...this.#draining].map(end));
  }

  /** Ends a process once its requests have been answered. */
  async #drain(child: ChildProcess, answered: Promise<void>): Promise<void> {
    this.#draining.add(child);
    await Promise.race([answered, sleep(longestRequestMs, undefined, { ref: false })]);
    await end(child);
    this.#draining.delete(child);
  }

  async #start(): Promise<Target> {
    const { root, folders, port, env, defaults = {}, processEnv, onLog, onOutput } = this.#options;
    // twilio-run would build by itself, and say nothing of what is wrong.
    if (!folders && !existsSync(join(root, 'dist', 'functions'))) throw new NotBuilt();
    const folder = createTemporaryFolder();
    const socket = socketIn(folder);
    const envFile = join(folder, 'env');
    const preloads = [
      join(__dirname, 'end-with-parent.cjs'),
      join(__dirname, 'serve-on-socket.cjs'),
      ...(this.#options.preloads ?? []),
    ];
    const args = [
      ...preloads.flatMap((file) => ['--require', file]),
      // Not the project's own: another project can have an older one, or none.
      require.resolve('twilio-run/bin/twilio-run.js'),
      'start',
      `--port=${port}`,
      `--env=${envFile}`,
      '--log-level=error',
      '--no-logs',
      ...(folders ? [`--functions-folder=${relative(root, folders.functionsFolder)}`] : []),
      ...(folders?.assetsFolder ? [`--assets-folder=${relative(root, folders.assetsFolder)}`] : []),
      ...(this.#options.fork ? [] : ['--no-live', '--no-fork-process']),
    ];
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: {
        ...process.env,
        ...processEnv,
        LOCAL_TWILIO_FOLDER: folder,
        LOCAL_TWILIO_SOCKET: socket,
        LOCAL_TWILIO_ENV_FILE: envFile,
        LOCAL_TWILIO_ENV: environmentText(root, env(), defaults),
        ...(folders && { NODE_PATH: linkRuntime(folder) }),
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => {
        const { line, webhookId } = readLogLine(text);
        if (line.startsWith('{"level":')) onLog(line, webhookId);
        else if (line.trim() !== '' && !isBanner(line)) onOutput(line);
      });
    }
    child.once('exit', (code) => {
      rmSync(folder, { recursive: true, force: true });
      if (this.#child !== child || this.#stopped) return;
      onOutput(
        `The functions' process ended by itself (exit code ${code}); the next request starts another.`,
      );
      this.#child = undefined;
      this.#ready = undefined;
    });
    while (child.exitCode === null && child.signalCode === null) {
      if (await canConnect(socket)) return socket;
      await sleep(30);
    }
    throw new Error('twilio-run could not be started');
  }
}

/**
 * Links what Twilio gives each function, for projects that have not installed it themselves.
 *
 * @returns the folder with the links
 */
function linkRuntime(folder: string): string {
  const modules = dirname(dirname(require.resolve('twilio/package.json')));
  for (const name of ['twilio', '@twilio/runtime-handler']) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(modules, name), link, 'junction');
  }
  return join(folder, 'node_modules');
}

/** `twilio-run` prints a list of URLs with its own port, which nobody should use. */
function isBanner(line: string): boolean {
  return /^(Functions|Assets)$|^https?:\/\/localhost:\d+\/|^│/.test(line);
}

/** The last line for a variable wins. */
function environmentText(
  root: string,
  env: Record<string, string>,
  defaults: Record<string, string>,
): string {
  const file = join(root, '.env');
  const given = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const named = parseEnv(given);
  const lines = (values: Record<string, string>): string[] =>
    Object.entries(values).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const missing = Object.entries(defaults).filter(([name]) => !named[name]);
  return [given, ...lines(Object.fromEntries(missing)), ...lines(env), ''].join('\n');
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), 2_000);
  await ended;
  clearTimeout(killed);
}

/** @returns whether something listens on a port of this machine, or at a socket */
export async function canConnect(at: number | string): Promise<boolean> {
  const socket = typeof at === 'number' ? connect(at, 'localhost') : connect(at);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
