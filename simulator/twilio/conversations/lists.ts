import { refuse } from '../http/error-list';
import { invalid } from '../http/errors';
import type { Conversations } from './conversations';
import type { Conversation } from './model';
import { membershipOf } from './resources';

type Query = Record<string, string>;

/** @returns the conversations of a service that a query asks for */
export function listConversations(
  state: Conversations,
  serviceSid: string,
  { State, StartDate, EndDate }: Query,
): Conversation[] {
  return state
    .conversations()
    .filter((one) => one.chat_service_sid === serviceSid)
    .filter((one) => State === undefined || one.state === State)
    .filter((one) => StartDate === undefined || new Date(one.date_created) >= new Date(StartDate))
    .filter((one) => EndDate === undefined || new Date(one.date_created) <= new Date(EndDate));
}

/**
 * @returns the memberships of an identity or an address
 * @throws TwilioError unless exactly one of them is given
 */
export function listMemberships(
  state: Conversations,
  serviceSid: string,
  { Identity, Address }: Query,
): object[] {
  if (Identity !== undefined && Address !== undefined) throw refuse(50451);
  if (!Identity && !Address) throw invalid('Exactly one of Identity and Address is required');
  const conversations = state.conversations().filter((one) => one.chat_service_sid === serviceSid);
  return conversations.flatMap((conversation) =>
    state
      .participants(conversation.sid)
      .filter((one) =>
        Identity === undefined ? one.messaging_binding?.address === Address : one.identity === Identity,
      )
      .map((one) => membershipOf(one, conversation)),
  );
}
