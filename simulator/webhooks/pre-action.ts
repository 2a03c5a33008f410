import type { Timeline } from '../timeline';
import type { NewConversation } from '../twilio/conversations/model';
import type { WebhookTimelineEntry } from './webhook-sender';

/**
 * Applies the answer to a pre-action webhook as Twilio does, and reports the outcome in the timeline.
 *
 * @returns the values for the new conversation; undefined if it is rejected
 */
export function applyPreAction(entry: WebhookTimelineEntry, timeline: Timeline): NewConversation | undefined {
  const report = (outcome: string): void => timeline.update(entry, { outcome });
  if (entry.status === undefined) {
    report('No answer in time: the conversation is created unchanged, late.');
    return {};
  }
  if (entry.status >= 400) {
    report("The conversation is rejected, and the customer's message is lost.");
    return undefined;
  }
  const values = readValues(entry);
  const changes = Object.keys(values).length > 0;
  report(
    changes ? 'The conversation is created with these values.' : 'The conversation is created unchanged.',
  );
  return values;
}

/** @returns the values that Twilio takes from the answer; none if it is not JSON */
function readValues({ body = '', problems }: WebhookTimelineEntry): NewConversation {
  if (problems.length > 0 || body.trim() === '') return {};
  const { friendly_name, attributes, unique_name } = JSON.parse(body) as Record<string, string | undefined>;
  return {
    ...(friendly_name !== undefined && { friendlyName: friendly_name }),
    ...(attributes !== undefined && { attributes }),
    ...(unique_name !== undefined && { uniqueName: unique_name }),
  };
}
