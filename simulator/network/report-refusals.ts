import type { Timeline } from '../timeline';
import type { Refusal } from './policy';

/** Adds what the functions may not reach to the timeline: each host once for each cause, however often it is tried. */
export function reportRefusal({ host, text, webhookId }: Refusal, timeline: Timeline): void {
  const during = webhookId === undefined ? undefined : timeline.get(webhookId);
  const trace = during?.trace ?? 'network';
  const title = `Nothing is sent to ${host}`;
  if (timeline.entries(trace).some((entry) => entry.kind === 'note' && entry.title === title)) return;
  const conversationSid = during?.conversationSid;
  timeline.addNote(trace, title, {
    text,
    state: 'warning',
    ...(conversationSid !== undefined && { conversationSid }),
  });
}
