import { invalid } from '../http/errors';
import { type RestRequest, readList } from '../http/request';
import { isConversationEvent } from './event-list';

/**
 * Twilio documents a code for the filters of a conversation's own webhooks (50365), not for these.
 *
 * @returns the events that a field lists
 * @throws TwilioError 400/20001 for one that does not exist
 */
export function readFilters(request: Pick<RestRequest, 'form' | 'lists'>, name: string): string[] {
  const filters = readList(request, name);
  const unknown = filters.find((one) => !isConversationEvent(one));
  if (unknown !== undefined) throw invalid(`${name} must be events of Conversations, and ${unknown} is none`);
  return filters;
}
