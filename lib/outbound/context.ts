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

/** @returns Sync, with the time that is left when the answer has its own */
export function openSync(context: Pick<OutboundContext, 'sync' | 'twilio'>, reserveMs = 300): SyncApi {
  const { deadline, sleep, random } = context.twilio({ reserveMs });
  return { service: context.sync(), deadline, sleep, random };
}
