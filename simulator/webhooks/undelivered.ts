import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';

/** Reports in the timeline every message that WhatsApp does not deliver. */
export function noteUndelivered(state: Conversations, timeline: Timeline): void {
  state.onChange((change) => {
    if (change.type !== 'messageAdded') return;
    const { undelivered } = state.detailsOf(change.message);
    if (undelivered === undefined) return;
    timeline.note(timeline.newTrace(), 'WhatsApp does not deliver the message', {
      text: 'The customer has not written within 24 hours: WhatsApp takes approved templates only.',
      state: 'failed',
      errorCode: undelivered,
      conversationSid: change.message.conversation_sid,
    });
  });
}
