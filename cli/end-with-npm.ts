import { readFileSync } from 'node:fs';
import { isRunning } from '../simulator/running';

/** How often the parents are looked for, in milliseconds. */
const watchMs = 300;

/**
 * Calls `stop` when npm is gone, or the shell that npm runs a script in: neither passes every signal on, and SIGKILL
 * cannot be. Without npm there is nothing to watch: whoever starts the command itself may leave it running.
 */
export function watchNpm(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const npm = isShellOfNpm(parent) ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm) && isRunning(parent))
      return;
    clearInterval(timer);
    stop();
  }, watchMs);
  timer.unref();
}

/** npm runs a script by `sh -c`, and some shells stay between. */
function isShellOfNpm(pid: number): boolean {
  try {
    const [shell = '', option] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return /(^|\/)-?(sh|bash|dash|ash|zsh|ksh)$/.test(shell) && option === '-c';
  } catch {
    return false;
  }
}

/** @returns undefined where the system does not tell */
function parentOf(pid: number): number | undefined {
  try {
    const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return parent === undefined ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}
