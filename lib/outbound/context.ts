import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import type { Caller } from '../caller';
import type { TwilioApi } from '../twilio/api';
import type { SyncApi } from '../twilio/sync';

/** What starting a conversation needs besides the request. */
export interface OutboundContext {
  /** Who calls, as verified. */
  caller: Caller;
  /** Opens Twilio's REST API; `reserveMs` is how much of the budget its requests leave untouched. */
  twilio(options: { reserveMs: number }): TwilioApi;
  /** Twilio Sync. */
  sync(): ServiceContext;
  /** Milliseconds since 1970. */
  date(): number;
  /** A new random name. */
  newId(): string;
  /** What stands for a name where the name itself must not: a keyed hash, the same every time. */
  hash(name: string): string;
  /** Adds facts to the request's log line. */
  addToLog(facts: Record<string, unknown>, level?: 'info' | 'warn' | 'error'): void;
}

/** @returns by what Sync tells callers apart: each agent has keys and a limit of their own, all servers share theirs */
export function principalOf(caller: Caller): string {
  return caller.kind === 'agent' ? caller.workerSid : 'server';
}

/** @returns Sync, with the time that is left when the answer has its own */
export function openSync(context: Pick<OutboundContext, 'sync' | 'twilio'>, reserveMs = 300): SyncApi {
  const { deadline, sleep, random } = context.twilio({ reserveMs });
  return { service: context.sync(), deadline, sleep, random };
}

/** Views of Twilio's REST API that end one after the other: what is begun leaves the time in which it can be undone. */
export interface CleanupTwilio {
  /** For closing an interaction's channel. */
  closing: TwilioApi;
  /** For closing the conversation. */
  cleanup: TwilioApi;
}

/** Twilio as a start uses it. */
export interface OutboundTwilio extends CleanupTwilio {
  /** For what is to be done. */
  work: TwilioApi;
  /** Milliseconds since 1970. */
  now(): number;
}

/**
 * Opens the views of Twilio's REST API for one request: of its 9.3 s, 5.7 are for the work, 1.6 more for closing the
 * channel, 1.5 more for the conversation, and the rest for the answer.
 *
 * @throws Misconfigured when the account's credentials are missing
 */
export function outboundTwilio(context: Pick<OutboundContext, 'twilio' | 'date'>): OutboundTwilio {
  return {
    work: context.twilio({ reserveMs: 3_600 }),
    closing: context.twilio({ reserveMs: 2_000 }),
    cleanup: context.twilio({ reserveMs: 500 }),
    now: context.date,
  };
}
