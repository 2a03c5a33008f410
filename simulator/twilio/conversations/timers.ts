import { invalid } from '../http/errors';
import type { Conversation, NewConversation } from './model';

/**
 * Sets a conversation's timers, which run from the last change on.
 *
 * @see https://www.twilio.com/docs/conversations/states-timers
 */
export function setTimers({ timers }: Conversation, given: NewConversation['timers'], now: Date): void {
  if (given?.inactive !== undefined) timers.inactive = given.inactive;
  if (given?.closed !== undefined) timers.closed = given.closed;
  const from = now.getTime();
  const inactive = readDuration('Timers.Inactive', timers.inactive, 60);
  const closed = readDuration('Timers.Closed', timers.closed, 600);
  if (inactive !== undefined) timers.dateInactive = new Date(from + inactive);
  if (closed !== undefined) timers.dateClosed = new Date(from + closed);
}

/** @returns milliseconds of an ISO 8601 duration; `''` and undefined mean none */
function readDuration(name: string, text: string | undefined, leastSeconds: number): number | undefined {
  if (!text) return undefined;
  const match = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = (match?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
  const total = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (!match || total < leastSeconds) {
    throw invalid(`${name} must be an ISO 8601 duration of at least ${leastSeconds} s`);
  }
  return total * 1_000;
}
