import { randomUUID } from 'node:crypto';

/** @returns a SID like Twilio's: a prefix such as `CH` and 32 hexadecimal digits */
export function newSid(prefix: string): string {
  // Node.js makes UUIDs from a pool of random bytes, which is faster than new bytes for each.
  return prefix + randomUUID().replaceAll('-', '');
}

/** @returns a SID that is the same in every run */
export function fixedSid(prefix: string, number: number): string {
  return prefix + String(number).padStart(32, '0');
}
