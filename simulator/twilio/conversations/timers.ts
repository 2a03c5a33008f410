import { formatDate } from '../http/dates';
import { invalid } from '../http/errors';
import type { Conversation, NewConversation } from './model';

/** The given ISO 8601 durations, and when they expire, in milliseconds. */
export interface Timers {
  inactive?: string;
  closed?: string;
  inactiveAt?: number;
  closedAt?: number;
}

/**
 * Sets a conversation's timers, which start at its last change.
 *
 * @see https://www.twilio.com/docs/conversations/states-timers
 */
export function setTimers(
  { conversation, timers }: { conversation: Conversation; timers: Timers },
  given: NewConversation['timers'],
  now: Date,
): void {
  if (given?.inactive !== undefined) timers.inactive = given.inactive;
  if (given?.closed !== undefined) timers.closed = given.closed;
  const inactive = readDuration('Timers.Inactive', timers.inactive, 60);
  const closed = readDuration('Timers.Closed', timers.closed, 600);
  if (inactive !== undefined) {
    timers.inactiveAt = now.getTime() + inactive;
    conversation.timers.date_inactive = formatDate(new Date(timers.inactiveAt));
  }
  if (closed !== undefined) {
    timers.closedAt = now.getTime() + closed;
    conversation.timers.date_closed = formatDate(new Date(timers.closedAt));
  }
}

/** @returns milliseconds of an ISO 8601 duration; undefined for `''` and undefined */
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
