import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import type { Conversation, NewConversation } from './model';

/** The given ISO 8601 durations, and when they expire, in milliseconds. */
export interface Timers {
  inactive?: string;
  closed?: string;
  inactiveAt?: number | undefined;
  closedAt?: number | undefined;
}

/** Dates must stay within what JavaScript can represent. Twilio documents no longest duration. */
const longestMs = 100 * 365 * 86_400_000;

/**
 * Sets a conversation's timers, which start at its last change. An empty duration or one of zero removes a timer: Twilio's
 * page on 50379 has `PT0S` among the valid ones, but that this removes the timer is unsure.
 *
 * @see https://www.twilio.com/docs/conversations-classic/states-timers
 */
export function setTimers(
  { conversation, timers }: { conversation: Conversation; timers: Timers },
  given: NewConversation['timers'],
  now: Date,
): void {
  checkTimers(given);
  if (given?.inactive !== undefined) timers.inactive = given.inactive;
  if (given?.closed !== undefined) timers.closed = given.closed;
  const inactiveAt = momentOf(timers.inactive, now);
  const closedAt = momentOf(timers.closed, now);
  timers.inactiveAt = inactiveAt?.getTime();
  timers.closedAt = closedAt?.getTime();
  conversation.timers = {
    ...(inactiveAt && { date_inactive: formatDate(inactiveAt) }),
    ...(closedAt && { date_closed: formatDate(closedAt) }),
  };
}

/** @throws TwilioError for a duration that is invalid or too short */
export function checkTimers(given: NewConversation['timers']): void {
  const inactive = readDuration(given?.inactive);
  const closed = readDuration(given?.closed);
  if (inactive === null) throw refuse(50379);
  if (closed === null) throw refuse(50380);
  if (inactive !== undefined && inactive < 60_000) throw refuse(50375);
  if (closed !== undefined && closed < 600_000) throw refuse(50376);
}

function momentOf(duration: string | undefined, now: Date): Date | undefined {
  const ms = readDuration(duration);
  return ms ? new Date(now.getTime() + ms) : undefined;
}

/** @returns milliseconds of an ISO 8601 duration; undefined for none or zero, null for an invalid one */
function readDuration(text: string | undefined): number | null | undefined {
  if (!text) return undefined;
  const match = /^P(?=[\dT])(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i.exec(text);
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000;
  if (ms > longestMs) return null;
  return ms === 0 ? undefined : ms;
}
