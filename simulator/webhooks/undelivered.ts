import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';

/** Adds every message that WhatsApp does not deliver to the timeline. */
export function reportUndelivered(state: Conversations, timeline: Timeline): void {
  state.onChange((change) => {
    if (change.type !== 'messageAdded') return;
    const { undelivered } = state.detailsOf(change.message);
    if (undelivered === undefined) return;
    timeline.addNote(timeline.newTrace(), 'WhatsApp does not deliver the message', {
      text: 'The customer has not written within 24 hours: WhatsApp takes approved templates only.',
      state: 'failed',
      errorCode: undelivered,
      conversationSid: change.message.conversation_sid,
    });
  });
}
