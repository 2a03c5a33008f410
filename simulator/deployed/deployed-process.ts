import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Target } from '../forward-request';
import { networkPreload } from '../network/preload';
import { createTemporaryFolder, socketIn } from '../temporary-folder';
import type { Release, WrittenLine } from '../twilio/serverless/serverless';
import { webhookIdPreload } from '../webhook-id';

export interface DeployedProcessOptions {
  /** Where the project's packages are. */
  modules: string;
  /** For the process itself, e.g. `HTTP_PROXY`. */
  processEnv: Record<string, string>;
  /** Called with each line on standard output, and with each that a function writes. */
  onOutput(line: string): void;
  onLine(line: WrittenLine): void;
}

/**
 * Serves one build as it lies in the cloud: each file by itself, functions at `handlers/ZN….js`, private assets at
 * `files/ZN…` without an extension, and the packages that the build names.
 */
export class DeployedProcess {
  readonly #folder = createTemporaryFolder();
  readonly #socket = socketIn(this.#folder);
  readonly #settings: Record<'functions' | 'assets' | 'served', Record<string, string>> & {
    socket: Target;
    context: object;
  };
  readonly #options: DeployedProcessOptions;
  #env: Record<string, string> = {};
  #child: ChildProcess | undefined;
  #ready: Promise<Target> | undefined;
  #stopped = false;
  #pings = 0;

  constructor(release: Release, options: DeployedProcessOptions) {
    const { build, service, environment } = release;
    this.#options = options;
    const write = (folder: string, versions: Release['build']['asset_versions'], extension: string) =>
      Object.fromEntries(
        versions.map((version) => {
          const file = join(this.#folder, folder, `${version.sid}${extension}`);
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, release.contentOf(version));
          return [version.path, file];
        }),
      );
    this.#settings = {
      socket: this.#socket,
      functions: write('handlers', build.function_versions, '.js'),
      assets: write(
        'files',
        build.asset_versions.filter(({ visibility }) => visibility === 'private'),
        '',
      ),
      // The gateway checks the signatures for protected ones.
      // @see https://www.twilio.com/docs/serverless/functions-assets/assets
      served: write(
        'served',
        build.asset_versions.filter(({ visibility }) => visibility !== 'private'),
        '',
      ),
      context: {
        DOMAIN_NAME: environment.domain_name,
        SERVICE_SID: service.sid,
        ENVIRONMENT_SID: environment.sid,
      },
    };
    // Twilio's runtime has these itself.
    const packages = ['twilio', '@twilio/runtime-handler', ...build.dependencies.map(({ name }) => name)];
    for (const name of new Set(packages)) {
      const link = join(this.#folder, 'node_modules', name);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(join(options.modules, name), link, 'junction');
    }
  }

  /** Sets the environment variables, and starts the process if it does not run. */
  configure(env: Record<string, string>): void {
    this.#env = env;
    // A process that has ended gets them when it is started again.
    if (this.#child?.connected) this.#child.send({ ...this.#settings, env }, () => {});
  }

  /** @returns where it is, once it can be reached; a process that has ended is followed by a new one */
  async target(): Promise<Target> {
    if (this.#stopped) throw new Error('the deployed functions have been stopped');
    this.#ready ??= this.#start();
    const [ready, child] = [this.#ready, this.#child];
    const target = await ready;
    if (this.#child === child && child && (await this.#isAlive(child))) return target;
    // It has ended, but nobody has been told yet.
    if (this.#ready === ready) this.#child = this.#ready = undefined;
    return this.target();
  }

  /** @returns whether it runs: while a process ends, its socket still takes connections, but nobody answers them */
  #isAlive(child: ChildProcess): Promise<boolean> {
    const ping = ++this.#pings;
    return new Promise((resolve) => {
      const end = (isAlive: boolean): void => {
        child.off('message', onMessage).off('exit', onEnd).off('disconnect', onEnd);
        resolve(isAlive);
      };
      const onEnd = (): void => end(false);
      const onMessage = ({ pong }: { pong?: number }): void => {
        if (pong === ping) end(true);
      };
      if (!child.connected) return resolve(false);
      child.on('message', onMessage).on('exit', onEnd).on('disconnect', onEnd);
      child.send({ ping }, (error) => error && end(false));
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<Target> {
    const { processEnv, onOutput, onLine } = this.#options;
    // A process that was killed leaves its socket.
    rmSync(this.#socket, { force: true });
    const child = fork(join(__dirname, 'process.cjs'), {
      cwd: this.#folder,
      execArgv: [webhookIdPreload, networkPreload].flatMap((file) => ['--require', file]),
      env: { ...systemVariables(), ...processEnv },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#child = child;
    // Requests at the same time each listen for a moment.
    child.setMaxListeners(0);
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', onOutput);
    }
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message: { listening?: true; line?: WrittenLine }) => {
        if (message.line) onLine(message.line);
        if (message.listening) resolve();
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        if (this.#child === child) this.#child = this.#ready = undefined;
        reject(new Error(`the deployed functions' process ended (exit code ${code})`));
      });
      child.send({ ...this.#settings, env: this.#env });
    });
    return this.#socket;
  }
}

/** Nothing of this process's own environment reaches a function, but Windows cannot start a process without some. */
function systemVariables(): Record<string, string> {
  const names = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];
  const present = names.map((name): [string, string | undefined] => [name, process.env[name]]);
  return Object.fromEntries(present.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
