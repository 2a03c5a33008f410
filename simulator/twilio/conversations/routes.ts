import { notFound, TwilioError } from '../http/errors';
import { page } from '../http/paging';
import { on, type Route } from '../http/route';
import type { Conversations } from './conversations';
import type { Conversation, NewConversation, NewMessage, NewParticipant } from './model';
import {
  conversationResource,
  messageResource,
  participantConversationResource,
  participantResource,
} from './resources';

/** What writes the text of a message that is sent by its Content template. */
interface Templates {
  render(contentSid: string, variables: Record<string, string>): string;
}

/** Conversations with their participants and messages. */
export function conversationRoutes(state: Conversations, content: Templates): Route[] {
  return [
    on('GET', '/Conversations', 200, ({ request, serviceSid }) =>
      page(
        request,
        'conversations',
        listConversations(state, serviceSid, request.query).map(conversationResource),
      ),
    ),
    on('POST', '/Conversations', 201, ({ request, serviceSid, origin }) =>
      conversationResource(
        state.createConversation({ ...readConversation(request.form), chatServiceSid: serviceSid }, origin),
      ),
    ),
    on('GET', '/Conversations/:sid', 200, ({ parts: [sid = ''] }) =>
      conversationResource(state.conversation(sid)),
    ),
    on('POST', '/Conversations/:sid', 200, ({ parts: [sid = ''], request, origin }) =>
      conversationResource(state.updateConversation(sid, readConversation(request.form), origin)),
    ),
    on('DELETE', '/Conversations/:sid', 204, ({ parts: [sid = ''], origin }) => {
      state.removeConversation(sid, origin);
      return undefined;
    }),

    on('GET', '/Conversations/:sid/Participants', 200, ({ parts: [sid = ''], request }) =>
      page(request, 'participants', state.participants(sid).map(participantResource)),
    ),
    on('POST', '/Conversations/:sid/Participants', 201, ({ parts: [sid = ''], request, origin }) =>
      participantResource(state.addParticipant(sid, readParticipant(request.form), origin)),
    ),
    on('GET', '/Conversations/:sid/Participants/:child', 200, ({ parts: [sid = '', child = ''] }) =>
      participantResource(state.participant(sid, child)),
    ),
    on(
      'POST',
      '/Conversations/:sid/Participants/:child',
      200,
      ({ parts: [sid = '', child = ''], request, origin }) =>
        participantResource(state.updateParticipant(sid, child, readParticipant(request.form), origin)),
    ),
    on(
      'DELETE',
      '/Conversations/:sid/Participants/:child',
      204,
      ({ parts: [sid = '', child = ''], origin }) => {
        state.removeParticipant(sid, child, origin);
        return undefined;
      },
    ),

    on('GET', '/Conversations/:sid/Messages', 200, ({ parts: [sid = ''], request }) => {
      const messages = state.messages(sid);
      if (request.query.Order === 'desc') messages.reverse();
      return page(request, 'messages', messages.map(messageResource));
    }),
    on('POST', '/Conversations/:sid/Messages', 201, ({ parts: [sid = ''], request, origin }) =>
      messageResource(state.addMessage(sid, readMessage(request.form, content), origin)),
    ),
    on('GET', '/Conversations/:sid/Messages/:child', 200, ({ parts: [sid = '', child = ''] }) => {
      const message = state.messages(sid).find((one) => one.sid === child);
      if (!message) throw notFound(`/Conversations/${sid}/Messages/${child}`);
      return messageResource(message);
    }),
    on(
      'POST',
      '/Conversations/:sid/Messages/:child',
      200,
      ({ parts: [sid = '', child = ''], request, origin }) =>
        messageResource(state.updateMessage(sid, child, readMessage(request.form, content), origin)),
    ),
    on('DELETE', '/Conversations/:sid/Messages/:child', 204, ({ parts: [sid = '', child = ''], origin }) => {
      state.removeMessage(sid, child, origin);
      return undefined;
    }),

    on('GET', '/ParticipantConversations', 200, ({ request, serviceSid }) =>
      page(request, 'conversations', listMemberships(state, serviceSid, request.query)),
    ),
  ];
}

function readConversation(form: Record<string, string>): NewConversation {
  const timers = {
    ...(form['Timers.Inactive'] !== undefined && { inactive: form['Timers.Inactive'] }),
    ...(form['Timers.Closed'] !== undefined && { closed: form['Timers.Closed'] }),
  };
  return {
    friendlyName: form.FriendlyName,
    uniqueName: form.UniqueName,
    attributes: form.Attributes,
    state: form.State as NewConversation['state'],
    messagingServiceSid: form.MessagingServiceSid,
    timers,
    dateCreated: form.DateCreated === undefined ? undefined : new Date(form.DateCreated),
  };
}

function readParticipant(form: Record<string, string>): NewParticipant {
  return {
    identity: form.Identity,
    address: form['MessagingBinding.Address'],
    proxyAddress: form['MessagingBinding.ProxyAddress'],
    projectedAddress: form['MessagingBinding.ProjectedAddress'],
    attributes: form.Attributes,
    roleSid: form.RoleSid,
  };
}

/** A template's text stands in for the body that is ignored beside it. Whether Twilio answers it there is unsure. */
function readMessage(form: Record<string, string>, content: Templates): NewMessage {
  const { ContentSid: contentSid } = form;
  return {
    author: form.Author,
    body:
      contentSid === undefined ? form.Body : content.render(contentSid, readVariables(form.ContentVariables)),
    attributes: form.Attributes,
    contentSid,
    subject: form.Subject,
    mediaSids: form.MediaSid === undefined ? undefined : [form.MediaSid],
  };
}

function readVariables(text = '{}'): Record<string, string> {
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    throw new TwilioError(400, 50349, 'ContentVariables must be JSON');
  }
}

function listConversations(
  state: Conversations,
  serviceSid: string,
  query: Record<string, string>,
): Conversation[] {
  return state
    .conversations()
    .filter((one) => one.chatServiceSid === serviceSid)
    .filter((one) => query.State === undefined || one.state === query.State)
    .filter((one) => query.StartDate === undefined || one.dateCreated >= new Date(query.StartDate))
    .filter((one) => query.EndDate === undefined || one.dateCreated <= new Date(query.EndDate));
}

function listMemberships(
  state: Conversations,
  serviceSid: string,
  { Identity, Address }: Record<string, string>,
): object[] {
  if ((Identity === undefined) === (Address === undefined)) {
    throw new TwilioError(400, 20001, 'Exactly one of Identity and Address is required');
  }
  const conversations = state.conversations().filter((one) => one.chatServiceSid === serviceSid);
  return conversations.flatMap((conversation) =>
    state
      .participants(conversation.sid)
      .filter((one) =>
        Identity === undefined ? one.messagingBinding?.address === Address : one.identity === Identity,
      )
      .map((one) => participantConversationResource(one, conversation)),
  );
}
