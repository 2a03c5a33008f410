import { invalid } from '../http/errors';
import { type RestRequest, readList } from '../http/request';

/**
 * The events that a webhook can be sent for: before the action, and after it.
 *
 * @see https://www.twilio.com/docs/conversations-classic/conversations-webhooks
 */
const webhookEvents = [
  ...['onConversationAdd', 'onConversationUpdate', 'onConversationRemove'],
  ...['onParticipantAdd', 'onParticipantUpdate', 'onParticipantRemove'],
  ...['onMessageAdd', 'onMessageUpdate', 'onMessageRemove', 'onUserUpdate'],
  ...['onConversationAdded', 'onConversationUpdated', 'onConversationRemoved', 'onConversationStateUpdated'],
  ...['onParticipantAdded', 'onParticipantUpdated', 'onParticipantRemoved'],
  ...['onMessageAdded', 'onMessageUpdated', 'onMessageRemoved', 'onDeliveryUpdated'],
  ...['onUserAdded', 'onUserUpdated'],
];

/**
 * Twilio documents a code for the filters of a conversation's own webhooks (50365), not for these.
 *
 * @returns the events that a field lists
 * @throws TwilioError 400/20001 for one that does not exist
 */
export function readFilters(request: Pick<RestRequest, 'form' | 'lists'>, name: string): string[] {
  const filters = readList(request, name);
  const unknown = filters.find((one) => !webhookEvents.includes(one));
  if (unknown !== undefined) throw invalid(`${name} must be events of Conversations, and ${unknown} is none`);
  return filters;
}
