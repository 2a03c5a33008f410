import {
  CallbackError,
  InDoubt,
  type KeptFailure,
  Misconfigured,
  RepeatedFailure,
  TwilioUnavailable,
  TwilioUncertain,
} from '../errors';
import type { Waiting } from '../twilio/api';
import type { Interaction } from '../twilio/interactions';

/** What is written down of a step: before it is done, and after. */
export interface Entry<T extends object> {
  /** What came of it. Without one, it is in doubt. */
  outcome?: T;
  /** Twilio refused it. Answers have been wrong before: it is looked for all the same. */
  refusal?: KeptFailure;
  /** Twilio said that it did not process it. */
  unprocessed?: true;
}

/** A start that was counted: the hour of its counter began then, in milliseconds since 1970 by Sync's clock. */
export interface CountedStart {
  since: number;
}

/** What is written down of a start. */
export interface Entries {
  /** Counts the interactions: each has traces of its own. */
  round: number;
  interaction?: Entry<Interaction> | undefined;
  /** With the conversation that it goes into, which is the interaction's or was open before. */
  message?: (Entry<{ messageSid: string }> & { conversationSid: string }) | undefined;
  /** The interaction is to be closed, or has been, as the start has failed. */
  closing?: 'pending' | 'done' | undefined;
  /** It has been counted against the caller's limit. */
  counted?: CountedStart | undefined;
  /** Since when the step in doubt may show, by Sync's clock: milliseconds since 1970. */
  since?: number | undefined;
}

/** Where a start writes down what it does. */
export interface Journal {
  /** By which this round's interaction and message are found again at Twilio. */
  readonly tag: string;
  readonly entries: Readonly<Entries>;
  /** Whether a later request can go on from it. */
  readonly isKept: boolean;
  /** When a step that an earlier request left in doubt may be repeated: milliseconds from now, 0 for at once. */
  readonly settlesInMs: number;
  /** @throws TwilioUnavailable when it cannot be written; Conflict when another request has taken it over */
  save(change: Partial<Entries>): Promise<void>;
}

/** One request that must not be made twice. */
export interface Step<T extends object> {
  name: 'interaction' | 'message';
  /** What its entry holds from the beginning. */
  entry: object;
  /** Does it. @throws TwilioUncertain when it may have been done */
  do(): Promise<T>;
  /** Looks whether it was done. */
  find(): Promise<T | undefined>;
}

/** How long is waited before each look for what a request may have done, in milliseconds. */
const looks = [0, 250, 500, 1_000];

/** How soon a caller may ask again about a step in doubt, in seconds. */
const retryAfterSeconds = 5;

/**
 * Does a step: writes down that it is to be done, does it once, and, where the answer leaves it open, looks for it.
 * What does not show stays in doubt; it is not repeated here.
 *
 * @param change what else is to be written down before it is done
 * @throws InDoubt when it does not show; as the step does; as the journal does
 */
export async function runStep<T extends object>(
  api: Waiting,
  journal: Journal,
  step: Step<T>,
  change: Partial<Entries> = {},
): Promise<T> {
  const { name, entry } = step;
  await journal.save({ ...change, [name]: entry, since: undefined });
  try {
    return await step.do();
  } catch (failure) {
    if (failure instanceof TwilioUncertain) {
      const found = await lookFor(api, step);
      if (found) return found;
      throw inDoubt(journal, name);
    }
    // If this cannot be written, the step stays in doubt, which is always right.
    await journal.save({ [name]: entryAfter(failure, entry) }).catch(() => undefined);
    throw failure;
  }
}

function entryAfter(failure: unknown, entry: object): object | undefined {
  // Twilio looks at the credentials before it looks at a request.
  if (failure instanceof Misconfigured) return undefined;
  if (failure instanceof TwilioUnavailable) return { ...entry, unprocessed: true };
  return failure instanceof CallbackError ? { ...entry, refusal: keptFailure(failure) } : entry;
}

function keptFailure({ status, code, message, details }: CallbackError): KeptFailure {
  return { status, code, message, details };
}

async function lookFor<T extends object>(api: Waiting, step: Step<T>): Promise<T | undefined> {
  try {
    for (const pause of looks) {
      if (api.deadline.remaining() < pause) return undefined;
      await api.sleep(pause);
      const found = await step.find();
      if (found) return found;
    }
  } catch (error) {
    if (!(error instanceof CallbackError)) throw error;
  }
  return undefined;
}

/** @returns the step that may have been done without anybody having seen it; undefined when there is none */
export function stepInDoubt({ interaction, message }: Entries): 'interaction' | 'message' | undefined {
  if (message && !message.outcome) return 'message';
  return interaction && !interaction.outcome ? 'interaction' : undefined;
}

/** @returns whether a step that was not found may be done again */
export function mayRepeat(journal: Journal, entry: Entry<object>): boolean {
  return entry.unprocessed === true || journal.settlesInMs === 0;
}

/** @returns what to throw while a step may still show */
export function inDoubt(journal: Journal, name: 'interaction' | 'message'): CallbackError {
  const { tag, entries, settlesInMs } = journal;
  const { refusal } = entries[name] ?? {};
  const retryAfter = Math.min(retryAfterSeconds, Math.ceil(settlesInMs / 1_000));
  if (refusal) return new RepeatedFailure(refusal, retryAfter);
  return new InDoubt({ step: name, ...begunSids(entries), tag }, retryAfter);
}

/** @returns the SIDs of what a start has begun, as answers name them; empty when there is nothing */
export function begunSids({ interaction, message }: Entries): Record<string, string> {
  const { sid: interactionSid, ...sids } = interaction?.outcome ?? {};
  return {
    ...(interactionSid !== undefined && { interactionSid }),
    ...sids,
    ...(message && { conversationSid: message.conversationSid }),
  };
}
