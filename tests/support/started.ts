import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command of the project that goes on running, with what it has printed. */
export class Started {
  output = '';
  readonly #child: ChildProcess;

  /**
   * @param env variables besides PATH and HOME
   * @param stdin whether somebody types
   */
  constructor(
    cwd: string,
    command: string,
    args: string[],
    env: Record<string, string> = {},
    stdin: 'ignore' | 'pipe' = 'ignore',
  ) {
    const { PATH = '', HOME = '' } = process.env;
    this.#child = spawn(command, args, {
      cwd,
      env: { PATH, HOME, ...env },
      stdio: [stdin, 'pipe', 'pipe'],
    });
    const take = (chunk: Buffer): void => {
      this.output += chunk.toString();
    };
    this.#child.stdout?.on('data', take);
    this.#child.stderr?.on('data', take);
  }

  /** Runs the command line on a terminal, which `script` makes: questions are asked there. */
  static onTerminal(cwd: string, args: readonly string[], env: Record<string, string>): Started {
    const call = [process.execPath, '--import', 'tsx', 'cli/main.ts', ...args].map((part) => `'${part}'`);
    const command = `stty cols 200 rows 60; exec ${call.join(' ')}`;
    const colorless = { ...env, NO_COLOR: '1', TERM: 'xterm', SHELL: '/bin/sh' };
    return new Started(cwd, 'script', ['-qec', command, '/dev/null'], colorless, 'pipe');
  }

  /** Types on its terminal. */
  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Waits until it has printed this; fails with its output after 45 s. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    return this.until(() => pattern.exec(this.output) ?? undefined, String(pattern));
  }

  /** Waits until there is something. */
  async until<T>(look: () => T | undefined | Promise<T | undefined>, what: string): Promise<T> {
    for (const end = Date.now() + 45_000; Date.now() < end; await sleep(50)) {
      const found = await look();
      if (found !== undefined) return found;
    }
    throw new Error(`waited in vain for ${what}; it printed:\n${this.output}`);
  }

  /** The processes that it and its children have started and that still run, itself included. */
  processes(): number[] {
    return this.#child.pid === undefined ? [] : processesOf(this.#child.pid);
  }

  /** Presses Ctrl-C, or waits for it to end by itself. */
  async ends(signal?: 'SIGINT' | 'SIGTERM'): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    const ended = once(this.#child, 'close');
    if (signal) this.#child.kill(signal);
    const [code] = (await ended) as [number | null];
    return code;
  }

  /** Makes sure that nothing of it stays behind. */
  kill(): void {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
  }
}

/** @returns the process and those that it and its children have started, as far as they still run */
export function processesOf(root: number): number[] {
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)) {
    const parent = parentOf(pid);
    if (parent !== undefined) parents.set(pid, parent);
  }
  const found = new Set([root]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found].filter((pid) => parents.has(pid));
}

/** @returns the parent of a running process; undefined for one that has ended, whether or not anybody was told */
function parentOf(pid: number): number | undefined {
  try {
    const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

/** @returns whether a process runs */
export function isRunning(pid: number): boolean {
  return parentOf(pid) !== undefined;
}
