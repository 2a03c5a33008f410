import type { SimulatedConversation, SimulatedMessage, SimulatedParticipant } from './api';
import type { Conversations } from './twilio/conversations/conversations';
import type { Message, Participant } from './twilio/conversations/model';

/**
 * @returns a conversation with its participants and messages, as the console shows it
 * @throws TwilioError 404
 */
export function simulatedConversation(state: Conversations, sid: string): SimulatedConversation {
  const { friendlyName, state: status, attributes, dateCreated, dateUpdated } = state.conversation(sid);
  return {
    sid,
    friendlyName,
    state: status,
    attributes: JSON.parse(attributes) as Record<string, unknown>,
    createdAt: dateCreated.toISOString(),
    updatedAt: dateUpdated.toISOString(),
    participants: state.participants(sid).map(simulatedParticipant),
    messages: state.messages(sid).map(simulatedMessage),
  };
}

function simulatedParticipant({
  sid,
  identity,
  messagingBinding,
  attributes,
}: Participant): SimulatedParticipant {
  const { address, proxyAddress, projectedAddress } = messagingBinding ?? {};
  return {
    sid,
    ...(identity !== null && { identity }),
    ...(address !== undefined && { address }),
    ...(proxyAddress !== undefined && { proxyAddress }),
    ...(projectedAddress !== undefined && { projectedAddress }),
    attributes: JSON.parse(attributes) as Record<string, unknown>,
  };
}

function simulatedMessage({
  sid,
  index,
  author,
  body,
  dateCreated,
  subject,
  undelivered,
}: Message): SimulatedMessage {
  return {
    sid,
    index,
    author,
    body: body ?? '',
    at: dateCreated.toISOString(),
    ...(subject !== null && { subject }),
    ...(undelivered !== undefined && { undelivered }),
  };
}
