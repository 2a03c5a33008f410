import type { SimulatedConversation, SimulatedMessage, SimulatedParticipant } from './api';
import type { Conversations } from './twilio/conversations/conversations';
import type { Message, MessageDetails, Participant } from './twilio/conversations/model';

/**
 * @returns a conversation with its participants and messages, as the console shows it
 * @throws TwilioError 404
 */
export function simulatedConversation(state: Conversations, sid: string): SimulatedConversation {
  const conversation = state.conversation(sid);
  return {
    sid,
    friendlyName: conversation.friendly_name,
    state: conversation.state,
    attributes: JSON.parse(conversation.attributes) as Record<string, unknown>,
    createdAt: conversation.date_created,
    updatedAt: state.updatedAt(sid).toISOString(),
    participants: state.participants(sid).map(simulatedParticipant),
    messages: state.messages(sid).map((message) => simulatedMessage(message, state.detailsOf(message))),
  };
}

function simulatedParticipant(participant: Participant): SimulatedParticipant {
  const { sid, identity, messaging_binding, attributes } = participant;
  const { address, proxy_address, projected_address } = messaging_binding ?? {};
  return {
    sid,
    ...(identity !== null && { identity }),
    ...(address !== undefined && { address }),
    ...(proxy_address !== undefined && { proxyAddress: proxy_address }),
    ...(projected_address !== undefined && { projectedAddress: projected_address }),
    attributes: JSON.parse(attributes) as Record<string, unknown>,
  };
}

function simulatedMessage(
  { sid, index, author, body, date_created }: Message,
  { subject, undelivered }: MessageDetails,
): SimulatedMessage {
  return {
    sid,
    index,
    author,
    body: body ?? '',
    at: date_created,
    ...(subject !== null && { subject }),
    ...(undelivered !== undefined && { undelivered }),
  };
}
