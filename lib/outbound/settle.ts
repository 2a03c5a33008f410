import { Conflict, TwilioRefused, TwilioUnavailable, withDetails } from '../errors';
import type { TwilioApi } from '../twilio/api';
import { isOpen } from '../twilio/conversations';
import { fetchChannelState, findInteraction, type Interaction } from '../twilio/interactions';
import { findMessage } from '../twilio/messages';
import { type CleanupTwilio, closeInteraction } from './close-interaction';
import { inDoubt, type Journal, mayRepeat } from './steps';

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

/** Twilio as a start uses it. */
export interface OutboundTwilio extends CleanupTwilio {
  /** For what is to be done. */
  work: TwilioApi;
  /** Milliseconds since 1970. */
  now(): number;
}

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
