import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { WebhookTimelineEntry } from './webhook-sender';

/** Says on the timeline what Twilio does with the answer to a post-action webhook. */
export function reportPostAction(entry: WebhookTimelineEntry, timeline: Timeline): void {
  const accepted = entry.status !== undefined && entry.status < 300;
  const outcome = accepted ? 'Received; the answer changes nothing.' : 'Twilio may send it again later.';
  timeline.update(entry, { outcome });
}

/** Says on the timeline who has joined after an event that asks for a worker. */
export function reportRouted(
  entry: WebhookTimelineEntry,
  conversationSid: string,
  { state, timeline, nameOf }: { state: Conversations; timeline: Timeline; nameOf(identity: string): string },
): void {
  const identities = state.participants(conversationSid).flatMap(({ identity }) => identity ?? []);
  const workers = identities.map(nameOf);
  const outcome =
    workers.length > 0
      ? `${workers.join(', ')} ${workers.length === 1 ? 'is' : 'are'} in the conversation.`
      : 'Nobody is in the conversation: it shows in the log only.';
  timeline.update(entry, {
    outcome,
    ...(workers.length === 0 && entry.state === 'ok' && { state: 'warning' as const }),
  });
}
