import { CallbackError, TwilioRefused } from '../errors';
import type { TwilioApi } from '../twilio/api';
import { closeConversation } from '../twilio/conversations';
import { closeChannel, fetchChannelState, type Interaction } from '../twilio/interactions';

/** Views of Twilio's REST API that end one after the other: what is begun leaves the time in which it can be undone. */
export interface CleanupTwilio {
  /** For closing an interaction's channel. */
  closing: TwilioApi;
  /** For closing the conversation. */
  cleanup: TwilioApi;
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
