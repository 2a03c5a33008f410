import { join } from 'node:path';

/**
 * How the REST requests and log lines of a function find their webhook: an id travels with the webhook into the
 * functions' process, where a preload passes it on. It is the id of the webhook's timeline entry.
 */

/** The header with the webhook's id, in requests to the functions and in their requests to Twilio. */
export const webhookIdHeader = 'x-local-twilio-webhook';

/** The file that the functions' process loads before anything else. */
export const webhookIdPreload = join(__dirname, 'carry-webhook-id.cjs');

/** @returns a line that a function logged, and the id of the webhook that it was handling */
export function readLogLine(line: string): { line: string; webhookId?: number } {
  const [, id, text] = /^@(\d+) (.*)$/s.exec(line) ?? [];
  return id === undefined || text === undefined ? { line } : { line: text, webhookId: Number(id) };
}
