import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { RunningProxy } from '../../simulator/twilio/http/proxy';

/** What a runtime process is set up with. */
export interface Settings {
  env: Record<string, string>;
  /** Files by URL path. */
  functions: Record<string, string>;
  /** Files by asset name. */
  assets: Record<string, string>;
}

interface Reply {
  id?: number;
  port?: number;
  error?: string;
  callbacks?: number;
  lines?: string[];
}

/** A runtime in a process of its own, with no way out but the proxy. */
export class RuntimeProcess {
  readonly port: number;
  #child: ChildProcess;
  #exited: Promise<void>;
  #waiting = new Map<number, (reply: Reply) => void>();
  #errors: string[];
  #questions = 0;

  private constructor(child: ChildProcess, port: number, exited: Promise<void>, errors: string[]) {
    this.#child = child;
    this.port = port;
    this.#exited = exited;
    this.#errors = errors;
    child.on('message', (reply: Reply) => {
      this.#waiting.get(reply.id ?? 0)?.(reply);
    });
  }

  /**
   * @param script a file of `processes/`
   * @param cwd the folder that the runtime serves
   * @throws when the process ends before it listens
   */
  static async start(script: string, cwd: string, proxy: RunningProxy): Promise<RuntimeProcess> {
    const child = fork(join(__dirname, 'processes', script), {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: {
        ...systemVariables(),
        HTTP_PROXY: proxy.url,
        NODE_EXTRA_CA_CERTS: proxy.caFile,
      },
    });
    const errors: string[] = [];
    child.stderr?.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    const exited = new Promise<void>((resolve) => {
      child.once('close', () => resolve());
      child.once('error', (error) => {
        errors.push(String(error));
        if (child.pid === undefined) resolve();
      });
    });
    const port = await Promise.race([
      new Promise<number>((resolve) =>
        child.once('message', ({ port: given }: Reply) => resolve(given ?? 0)),
      ),
      exited.then(() => undefined),
    ]);
    if (port === undefined) throw new Error(`${script} ended before it listened:\n${errors.join('')}`);
    return new RuntimeProcess(child, port, exited, errors);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get alive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Begins a new instance. */
  async configure(settings: Settings): Promise<void> {
    await this.#ask({ type: 'configure', ...settings });
  }

  /** Waits for the end of a call. */
  async settle(call: number): Promise<{ callbacks: number | undefined; lines: string[] }> {
    const { callbacks, lines = [] } = await this.#ask({ type: 'settle', call });
    return { callbacks, lines };
  }

  /** @throws what the process said when it crashed, or else the given error */
  async explain(error: unknown): Promise<never> {
    await Promise.race([this.#exited, new Promise((resolve) => setTimeout(resolve, 500))]);
    if (this.alive) throw error;
    throw new Error(`The runtime's process ended:\n${this.#errors.join('')}`, { cause: error });
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.alive) this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 2_000);
    await this.#exited;
    clearTimeout(killer);
  }

  async #ask(question: object): Promise<Reply> {
    this.#questions += 1;
    const id = this.#questions;
    const reply = await Promise.race([
      new Promise<Reply>((resolve) => {
        this.#waiting.set(id, resolve);
        this.#child.send({ id, ...question }, () => {});
      }),
      this.#exited.then((): Reply => ({ error: `The runtime's process ended:\n${this.#errors.join('')}` })),
    ]);
    this.#waiting.delete(id);
    if (reply.error !== undefined) throw new Error(reply.error);
    return reply;
  }
}

/** Nothing of the tests' own environment reaches a function, but Windows cannot start a process without some. */
function systemVariables(): Record<string, string> {
  const names = ['PATH', 'SystemRoot', 'TEMP', 'TMP'];
  return Object.fromEntries(names.flatMap((name) => [[name, process.env[name] ?? '']])) as Record<
    string,
    string
  >;
}
