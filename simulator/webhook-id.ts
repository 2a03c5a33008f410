import { join } from 'node:path';

/**
 * How the REST requests and log lines of a function find their webhook: an id travels with the webhook into the
 * functions' process, where a preload passes it on. The id is that of the webhook's entry in the timeline.
 */

/** Names the webhook in requests to the functions, and in theirs to Twilio. */
export const webhookIdHeader = 'x-local-twilio-webhook';

/** What the functions' process loads before anything else. */
export const webhookIdPreload = join(__dirname, 'carry-webhook-id.cjs');

/** @returns a line that a function logged, and the id of the webhook that it was handling */
export function readLogLine(line: string): { line: string; webhookId?: number } {
  const [, id, text] = /^@(\d+) (.*)$/s.exec(line) ?? [];
  return id === undefined || text === undefined ? { line } : { line: text, webhookId: Number(id) };
}
