import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { canConnect } from '../simulator/functions-process';
import { isRunning } from '../simulator/running';

/** What runs in a project's folder. */
interface Started {
  /** The folder's real path: the file can have been copied with the folder. */
  folder: string;
  command: string;
  pid: number;
  hostname: string;
  url: string;
  startedAt: string;
}

export const startCommand = 'npm start';

/** How long a start may take until it serves, in milliseconds. */
const longestStart = 60_000;

/**
 * Two commands that build on every change would write the same `dist/`, and each would serve what the other has built.
 * So only one runs in a folder. Its process ends: so does the lock.
 *
 * @param command e.g. `npm start`
 * @param url where it will serve
 * @throws an error that names what is running already
 */
export async function lockFolder(root: string, command: string, url: string): Promise<void> {
  const file = fileIn(root);
  const own: Started = {
    folder: realpathSync(root),
    command,
    pid: process.pid,
    hostname: hostname(),
    url,
    startedAt: new Date().toISOString(),
  };
  mkdirSync(join(root, '.builds'), { recursive: true });
  for (let attempt = 0; !create(file, own); attempt++) {
    const other = read(root);
    if (attempt > 5 || (other && (await isHeld(other)))) throw new Error(describe(other));
    // Whoever wrote it was killed, or runs in the folder that this one is a copy of.
    rmSync(file, { force: true });
  }
  process.once('exit', () => {
    if (read(root)?.pid === process.pid) rmSync(file, { force: true });
  });
}

/**
 * @returns where the local Twilio is controlled, by SIMULATOR_PORT or by the `npm start` that runs in the project's
 *   folder
 */
export function controlUrl(root: string): string {
  const running = read(root);
  const found = running?.command === startCommand && isRunning(running.pid) ? running.url : undefined;
  const { SIMULATOR_PORT: port } = process.env;
  return port ? `http://localhost:${port}` : (found ?? 'http://localhost:4000');
}

/** The command was called rightly, so this is no `UsageError`: it succeeds once `npm start` runs. */
export function noLocalTwilio(url: string): Error {
  return new Error(
    `No local Twilio answers at ${url} (SIMULATOR_PORT). Start it in another terminal: npm start`,
  );
}

/** Another process can have got the id of one that was killed: then nobody listens. */
async function isHeld({ pid, hostname: host, url, startedAt }: Started): Promise<boolean> {
  if (host === hostname() && (pid === process.pid || !isRunning(pid))) return false;
  if (Date.now() - Date.parse(startedAt) < longestStart) return host === hostname();
  return canConnect(Number(new URL(url).port));
}

function fileIn(root: string): string {
  return join(root, '.builds', 'running.json');
}

function describe(other: Started | undefined): string {
  if (!other) return 'Another start in this folder has just begun: try again.';
  const { command, pid, url } = other;
  return `${command} is already running in this folder: ${url} (process ${pid}). Use it, or stop it first: kill ${pid}`;
}

function create(file: string, own: Started): boolean {
  try {
    writeFileSync(file, JSON.stringify(own), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** @returns what runs in the folder; undefined also if the file came from another one */
function read(root: string): Started | undefined {
  try {
    const found = JSON.parse(readFileSync(fileIn(root), 'utf8')) as Started;
    return found.folder === realpathSync(root) ? found : undefined;
  } catch {
    return undefined;
  }
}
