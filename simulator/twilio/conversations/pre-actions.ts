import type { MiddlewareHandler } from 'hono';
import { TwilioError } from '../http/errors';
import type { RestRequest } from '../http/request';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import { readConversation, readParticipant } from './forms';
import type { Intention, ModifiedFields } from './intentions';
import type { Users } from './users';

/** The paths of what pre-action webhooks are asked about, below the version or the service. */
const resource =
  /\/v1(?:\/Services\/[^/]+)?\/(?:Users\/(?<user>[^/]+)|Conversations(?:\/(?<conversation>[^/]+)(?:\/(?<kind>Participants|Messages)(?:\/(?<sid>[^/]+))?)?)?)$/;

/** The form field of each modified one. */
const formFields: Record<keyof ModifiedFields, string> = {
  friendly_name: 'FriendlyName',
  unique_name: 'UniqueName',
  attributes: 'Attributes',
  body: 'Body',
  author: 'Author',
};

/**
 * Asks pre-action webhooks about a REST request whose header asks for webhooks, and applies their answers. Twilio names
 * `onConversationAdd` for conversations that REST creates, and says that a REST client gets the error of a modified value.
 * With which code it answers a rejected change is not documented.
 *
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#using-pre-action-webhooks-to-modify-or-reject-changes
 */
export function preActions(state: Conversations, users: Users): MiddlewareHandler<ConversationsEnv> {
  return async (c, next) => {
    const intention = c.var.origin.webhooks ? intentionOf(c.env, c.var.serviceSid, state, users) : undefined;
    if (intention) {
      const modified = await state.askPreAction(intention, c.var.origin);
      if (!modified) throw new TwilioError(400, 20001, 'A pre-action webhook has rejected the change');
      const fields = Object.entries(modified) as [keyof ModifiedFields, string][];
      const form = Object.fromEntries(fields.map(([name, value]) => [formFields[name], value]));
      c.env = { ...c.env, form: { ...c.env.form, ...form } };
    }
    await next();
  };
}

/**
 * @returns what a request is about to change; undefined for a request that no pre-action webhook is asked about
 * @throws TwilioError 404
 */
function intentionOf(
  { method, path, form }: RestRequest,
  serviceSid: string,
  state: Conversations,
  users: Users,
): Intention | undefined {
  const found = Object.entries(resource.exec(path)?.groups ?? {});
  const {
    user,
    conversation: name,
    kind,
    sid,
  } = Object.fromEntries(
    found.map(([key, value]) => [key, value === undefined ? undefined : tryDecode(value)]),
  );
  const isRemoval = method === 'DELETE';
  if (user !== undefined) {
    if (method !== 'POST') return undefined;
    const given = withoutUndefined({
      friendly_name: form.FriendlyName,
      attributes: form.Attributes,
      role_sid: form.RoleSid,
    });
    return { type: 'userUpdate', user: users.fetch(serviceSid, user), given };
  }
  if (!isRemoval && method !== 'POST') return undefined;
  if (name === undefined) {
    if (isRemoval || !path.endsWith('/Conversations')) return undefined;
    return { type: 'conversationAdd', given: readConversation(form), chatServiceSid: serviceSid };
  }
  const conversation = state.conversation(name, serviceSid);
  switch (kind) {
    case 'Participants': {
      if (sid === undefined) return { type: 'participantAdd', conversation, given: readParticipant(form) };
      const participant = state.participant(conversation.sid, sid);
      return isRemoval
        ? { type: 'participantRemove', conversation, participant }
        : { type: 'participantUpdate', conversation, participant, given: readParticipant(form) };
    }
    case 'Messages': {
      const given = { body: form.Body, author: form.Author, attributes: form.Attributes };
      if (sid === undefined) return { type: 'messageAdd', conversation, given };
      const message = state.messages(conversation.sid).find((one) => one.sid === sid);
      // The route answers 404.
      if (!message) return undefined;
      return isRemoval
        ? { type: 'messageRemove', conversation, message }
        : { type: 'messageUpdate', conversation, message, given };
    }
    default:
      return isRemoval
        ? { type: 'conversationRemove', conversation }
        : { type: 'conversationUpdate', conversation, given: readConversation(form) };
  }
}

/** A path that is not well-formed is answered by the routes. */
function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function withoutUndefined<T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}
