import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';

/** Why a message is not delivered, by Twilio's error code. */
const reasons: Record<number, { title: string; text: string }> = {
  63016: {
    title: 'WhatsApp does not deliver the message',
    text: 'The customer has not written within 24 hours: WhatsApp takes approved templates only.',
  },
  21610: {
    title: 'The message is not delivered: the customer has opted out',
    text: 'The customer has sent STOP, and must send START before you may write again.',
  },
};

/** Adds every message that is not delivered to the timeline. */
export function reportUndelivered(state: Conversations, timeline: Timeline): void {
  state.onChange((change) => {
    if (change.type !== 'messageAdded') return;
    const { undelivered } = state.detailsOf(change.message);
    const reason = undelivered === undefined ? undefined : reasons[undelivered];
    if (undelivered === undefined || !reason) return;
    timeline.addNote(timeline.newTrace(), reason.title, {
      text: reason.text,
      state: 'failed',
      errorCode: undelivered,
      conversationSid: change.message.conversation_sid,
    });
  });
}
