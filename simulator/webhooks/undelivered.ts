import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import { isFailure } from '../twilio/conversations/receipts';

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

/** Adds every message that does not reach everybody to the timeline. */
export function reportUndelivered(
  state: Conversations,
  timeline: Timeline,
  nameOf: (address: string) => string,
): void {
  state.onChange((change) => {
    if (change.type !== 'messageAdded') return;
    const { message } = change;
    const failed = state.detailsOf(message).receipts.filter(isFailure);
    const [first] = failed;
    const reason = reasons[first?.error_code ?? 0];
    if (!first || !reason) return;
    const missed = new Set(failed.map((one) => one.participant_sid));
    const names = state
      .participants(message.conversation_sid)
      .filter(({ sid }) => missed.has(sid))
      .map(({ messaging_binding }) => nameOf(messaging_binding?.address ?? ''));
    const isPartly = message.delivery?.failed !== 'all';
    const title = isPartly ? `The message does not reach ${names.join(' and ')}` : reason.title;
    timeline.addNote(timeline.newTrace(), title, {
      text: isPartly ? `${reason.text} The others get it.` : reason.text,
      state: isPartly ? 'warning' : 'failed',
      errorCode: first.error_code,
      conversationSid: message.conversation_sid,
    });
  });
}
