import type { Timeline } from '../timeline';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Change } from '../twilio/conversations/model';
import { conversationAddedFields, participantAddedFields } from './fields';
import type { WebhookSender } from './webhook-sender';

/** Sends the post-action webhooks for REST requests whose header asks for them. */
export function sendWebhooksOfRestChanges(
  state: Conversations,
  webhooks: WebhookSender,
  timeline: Timeline,
): void {
  state.onChange((change) => {
    const found = webhookOf(change, state);
    if (!found || !webhooks.isOn(found.name)) return;
    void webhooks.send({ ...found, trace: timeline.newTrace() });
  });
}

function webhookOf(
  change: Change,
  state: Conversations,
): { name: string; conversationSid: string; fields: Record<string, string> } | undefined {
  if (change.type !== 'participantAdded' && change.type !== 'conversationAdded') return undefined;
  if (change.origin.source !== 'API' || !change.origin.webhooks) return undefined;
  if ('conversation' in change) {
    const { conversation } = change;
    const fields = conversationAddedFields(conversation, 'API');
    return { name: 'onConversationAdded', conversationSid: conversation.sid, fields };
  }
  const { participant } = change;
  const conversation = state.conversation(participant.conversation_sid);
  const fields = participantAddedFields(conversation, participant, 'API');
  return { name: 'onParticipantAdded', conversationSid: conversation.sid, fields };
}
