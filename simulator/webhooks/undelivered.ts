import type { Timeline } from '../timeline';
import type { TwilioState } from '../twilio/state';

/** Reports in the timeline every message that WhatsApp does not deliver. */
export function noteUndelivered(state: TwilioState, timeline: Timeline): void {
  state.onChange((change) => {
    if (change.type !== 'messageAdded' || change.message.undelivered === undefined) return;
    timeline.note(timeline.newTrace(), 'WhatsApp does not deliver the message', {
      text: 'The customer has not written within 24 hours: WhatsApp takes approved templates only.',
      state: 'failed',
      errorCode: change.message.undelivered,
      conversationSid: change.message.conversationSid,
    });
  });
}
