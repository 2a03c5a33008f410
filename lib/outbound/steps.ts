import {
  CallbackError,
  Conflict,
  InDoubt,
  type KeptFailure,
  Misconfigured,
  RepeatedFailure,
  TwilioRefused,
  TwilioUnavailable,
  TwilioUncertain,
  withDetails,
} from '../errors';
import type { TwilioApi, Waiting } from '../twilio/api';
import { closeConversation, isOpen } from '../twilio/conversations';
import { closeChannel, fetchChannelState, findInteraction, type Interaction } from '../twilio/flex';
import { findMessage } from '../twilio/messages';
import type { CleanupTwilio, OutboundTwilio } from './context';

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
function mayRepeat(journal: Journal, entry: Entry<object>): boolean {
  return entry.unprocessed === true || journal.settlesInMs === 0;
}

/** @returns what to throw while a step may still show */
function inDoubt(journal: Journal, name: 'interaction' | 'message'): CallbackError {
  const { tag, entries, isKept, settlesInMs } = journal;
  const { refusal } = entries[name] ?? {};
  const retryAfter = Math.min(retryAfterSeconds, Math.ceil(settlesInMs / 1_000));
  if (refusal) return new RepeatedFailure(refusal, retryAfter);
  const advice = isKept
    ? 'send the same request again'
    : 'sent again without an idempotencyKey, it may be done twice';
  return new InDoubt(advice, { step: name, ...begunSids(entries), tag }, retryAfter);
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

/** What came of a start. */
export type OutboundResult =
  | {
      interactionSid: string;
      channelSid: string;
      conversationSid: string;
      taskSid: string;
      messageSid: string;
    }
  | { reused: true; conversationSid: string; messageSid: string };

/** What became of earlier requests with the same key. */
export interface Earlier {
  result?: OutboundResult;
  interaction?: Interaction;
  /** Milliseconds since 1970, by Sync's clock. */
  lost?: number | undefined;
}

/**
 * Finds out what became of earlier requests with the same key: looks for the step that they left in doubt, and
 * finishes what they began to undo.
 *
 * @param workspaceSid TaskRouter's, `WS…`
 * @returns the result, if the message was sent; or the interaction that waits for its message; or neither, and
 *   everything may be begun anew: `lost` says when an interaction was to be created that nobody has found
 * @throws InDoubt, or the earlier refusal again, while a step may still show; Conflict `outcome_unknown` when nobody
 *   can find out any more; TwilioUnavailable, TwilioRefused, Misconfigured
 */
export async function settleEarlier(
  twilio: OutboundTwilio,
  workspaceSid: string,
  journal: Journal,
): Promise<Earlier> {
  const { work } = twilio;
  const { interaction: begun, message } = journal.entries;
  if (message) {
    const messageSid = await findSent(work, message.conversationSid, journal.tag);
    if (messageSid !== undefined) return { result: describeResult(journal, messageSid) };
    if (!mayRepeat(journal, message)) {
      if (begun?.outcome && journal.entries.closing === 'pending') {
        await closeOrThrow(twilio, begun.outcome);
        await journal.save({ closing: 'done' });
      }
      throw inDoubt(journal, 'message');
    }
  }
  const interaction = begun && (begun.outcome ?? (await findInteraction(work, workspaceSid, journal.tag)));
  if (begun && !interaction && !mayRepeat(journal, begun)) throw inDoubt(journal, 'interaction');
  const { closing, round, since } = journal.entries;
  if (interaction) {
    await journal.save({ interaction: { outcome: interaction } });
    if (closing === undefined && (await isUsable(work, interaction))) return { interaction };
    if (closing !== 'done') await closeOrThrow(twilio, interaction);
  }
  if (begun || message) {
    // What is not found keeps its name, so that it would be found even now.
    const next = interaction ? round + 1 : round;
    await journal.save({ round: next, interaction: undefined, message: undefined, closing: undefined });
  }
  return { lost: begun && !interaction ? since : undefined };
}

/** @throws Conflict when the conversation is gone, and with it every trace of the message */
async function findSent(api: TwilioApi, conversationSid: string, tag: string): Promise<string | undefined> {
  try {
    return await findMessage(api, conversationSid, tag);
  } catch (error) {
    if (!(error instanceof TwilioRefused && error.kind === 'missing')) throw error;
    const message =
      'The conversation was deleted before anybody could see whether the message was sent: use a new key to send it.';
    throw new Conflict('outcome_unknown', message, { details: { conversationSid } });
  }
}

/** @throws TwilioUnavailable naming what is left */
export async function closeOrThrow(twilio: CleanupTwilio, interaction: Interaction): Promise<void> {
  const cleanupIncomplete = await closeInteraction(twilio, interaction);
  if (cleanupIncomplete.length === 0) return;
  throw withDetails(new TwilioUnavailable({ request: 'close interaction' }), {
    cleanupIncomplete,
    retryAfter: 5,
  });
}

/** @returns whether a message can go into it; what the agent has closed meanwhile is over */
async function isUsable(api: TwilioApi, interaction: Interaction): Promise<boolean> {
  const { status } = await fetchChannelState(api, interaction);
  if (status === 'setup') return true;
  return status === 'active' && (await isOpen(api, interaction.conversationSid));
}

/** @returns the answer of a start whose message was sent */
export function describeResult({ entries }: Journal, messageSid: string): OutboundResult {
  const { interaction, message } = entries;
  if (interaction?.outcome) {
    const { sid, ...sids } = interaction.outcome;
    return { interactionSid: sid, ...sids, messageSid };
  }
  return { reused: true, conversationSid: message?.conversationSid ?? '', messageSid };
}

/**
 * Undoes an interaction: closes its channel, and with it the agent's task, and its conversation.
 *
 * @returns what is left, with its SID; empty when everything is closed
 */
export async function closeInteraction(
  { closing, cleanup }: CleanupTwilio,
  interaction: Interaction,
): Promise<string[]> {
  const { sid, channelSid, conversationSid } = interaction;
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CallbackError)) throw error;
      left.push(what);
    }
  };
  await attempt(`channel ${channelSid} of interaction ${sid}`, () => closeOpenChannel(closing, interaction));
  await attempt(`conversation ${conversationSid}`, () => closeConversation(cleanup, conversationSid));
  return left;
}

/** A channel that has failed or is closed need not, and perhaps cannot, be closed. */
async function closeOpenChannel(api: TwilioApi, interaction: Interaction): Promise<void> {
  try {
    await closeChannel(api, interaction);
  } catch (error) {
    if (!(error instanceof TwilioRefused)) throw error;
    const { status } = await fetchChannelState(api, interaction);
    if (status === 'setup' || status === 'active') throw error;
  }
}
