import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** @returns where a process listens, as `/proc/net/tcp` writes it: e.g. `0100007F:0BB8` for port 3000 of 127.0.0.1 */
export function listeningAddresses(pid: number): string[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // It was closed meanwhile.
    }
  }
  return ['tcp', 'tcp6'].flatMap((file) =>
    readFileSync(`/proc/net/${file}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode = '']) => state === '0A' && inodes.has(inode))
      .map(([, address = '']) => address),
  );
}

/** @returns whether only programs of this machine reach an address of `/proc/net/tcp` */
export function isLoopback(address: string): boolean {
  return /^(0100007F|00000000000000000000000001000000):/.test(address);
}
