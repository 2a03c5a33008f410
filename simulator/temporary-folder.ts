import { createHash } from 'node:crypto';
import { lstatSync, mkdtempSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './running';

/** Containers share folders, but not process ids. */
const ownHost = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

let cleaned = false;

/**
 * Makes a folder that only this user can open. Its name says which process needs it: the next start removes what a
 * process that was killed has left.
 */
export function createTemporaryFolder(): string {
  const parent = realpathSync(tmpdir());
  if (!cleaned) removeLeftovers(parent);
  cleaned = true;
  return mkdtempSync(join(parent, `local-twilio-${ownHost}-${process.pid}-`));
}

/** @returns where a server in a folder listens; Windows has named pipes in place of sockets */
export function socketIn(folder: string): string {
  return process.platform === 'win32' ? `\\\\.\\pipe\\${folder.split('\\').at(-1)}` : join(folder, 'socket');
}

function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, host, pid] = /^local-twilio-([0-9a-f]{8})-(\d+)-\w+$/.exec(name) ?? [];
    if (host !== ownHost || isRunning(Number(pid))) continue;
    const folder = join(parent, name);
    try {
      // Everybody can write here: what others have made is theirs. Windows has a folder for each user.
      if (!process.getuid || lstatSync(folder).uid === process.getuid())
        rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another start has removed it.
    }
  }
}
