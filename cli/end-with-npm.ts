import { readFileSync } from 'node:fs';
import { isRunning } from '../simulator/running';

/** How often the parents are looked for, in milliseconds. */
const watchMs = 300;

/** Who started this process, and for the shell of a script who started that. */
interface Parents {
  parent: number;
  npm?: number | undefined;
}

/** Read when the process begins: later, whoever adopts the children of an npm that is gone would pass for npm. */
const started = findParents();

/**
 * Calls `stop` when npm is gone, or the shell that npm runs a script in: neither passes every signal on, and SIGKILL
 * cannot be. Both can have gone before this is called. Without npm there is nothing to watch: whoever starts the command
 * itself may leave it running.
 */
export function watchNpm(stop: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const { parent, npm } = started;
  const isGone = (): boolean =>
    isAdopter(parent) ||
    (npm !== undefined && isAdopter(npm)) ||
    process.ppid !== parent ||
    (npm !== undefined && parentOf(parent) !== npm) ||
    !isRunning(parent);
  const timer = setInterval(() => {
    if (!isGone()) return;
    clearInterval(timer);
    stop();
  }, watchMs);
  timer.unref();
}

function findParents(): Parents {
  const parent = process.ppid;
  return { parent, npm: isShellOfNpm(parent) ? parentOf(parent) : undefined };
}

/**
 * @returns whether a process is neither npm nor started by it, so that it can only have adopted this one: the first
 *   process of the system, or one that collects those whose parent is gone, such as `systemd --user`
 */
function isAdopter(pid: number): boolean {
  const [program = '', script = ''] = read(pid, 'cmdline');
  // npm sets its title, so that its arguments are one text; others stay `node`, with their file.
  if (/(^|\/)(npm|npx|pnpm|yarn|bun)(\s|$)/.test(program)) return false;
  if (/(^|\/)node$/.test(program) && /(^|\/)(npm|npx|pnpm|yarn|corepack)[\w.-]*$/.test(script)) return false;
  if (pid === 1) return true;
  // A system that tells nothing: what is not the first process counts as npm.
  if (program === '') return false;
  return !read(pid, 'environ').some((variable) => variable.startsWith('npm_lifecycle_event='));
}

/** npm runs a script by `sh -c`, and some shells stay between. */
function isShellOfNpm(pid: number): boolean {
  const [shell = '', option] = read(pid, 'cmdline');
  return /(^|\/)-?(sh|bash|dash|ash|zsh|ksh)$/.test(shell) && option === '-c';
}

/** @returns what Linux tells of a process; nothing elsewhere, or if it is somebody else's */
function read(pid: number, what: 'cmdline' | 'environ'): string[] {
  try {
    return readFileSync(`/proc/${pid}/${what}`, 'utf8').split('\0');
  } catch {
    return [];
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
