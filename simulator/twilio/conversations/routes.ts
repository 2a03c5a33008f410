import { Hono, type MiddlewareHandler } from 'hono';
import { answer } from '../http/app';
import { notFound, TwilioError } from '../http/errors';
import { page } from '../http/paging';
import type { Account } from './account';
import { addressRoutes } from './addresses';
import { configurationRoutes } from './configuration';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import type { Conversation, Message, NewConversation, NewMessage, NewParticipant } from './model';
import { preActions } from './pre-actions';
import { membershipOf } from './resources';
import { type ScopedWebhooks, scopedWebhookRoutes } from './scoped-webhooks';
import { serviceRoutes } from './services';
import { userRoutes } from './users';
import { webhookRoutes } from './webhooks';

/** Renders the text of a message from its Content template. */
interface Templates {
  render(contentSid: string, variables: Record<string, string>): string;
}

/** What messages need of other products. */
interface Messaging {
  content: Templates;
  /** @throws TwilioError for a message that is refused */
  optOuts: { checkMessage(conversationSid: string): void };
}

/**
 * The simulated part of the Conversations API. A path reaches only the resources of the service that it names, or of the
 * default service.
 *
 * @see https://www.twilio.com/docs/conversations/api/service-resource#use-a-conversation-service
 */
export function conversationsRoutes(
  state: Conversations,
  account: Account,
  messaging: Messaging,
): Hono<ConversationsEnv> {
  const inService = new Hono<ConversationsEnv>();
  inService.route('/Conversations', conversationRoutes(state, messaging, account.scopedWebhooks));
  inService.route('/Users', userRoutes(account.users, state.staleIdentities));
  inService.get('/ParticipantConversations', (c) =>
    answer(c, page(c, 'conversations', listMemberships(state, c.var.serviceSid, c.env.query))),
  );

  const app = new Hono<ConversationsEnv>();
  app.use(async (c, next) => {
    if (account.access === 'missing') throw notFound(c.env.path);
    if (account.access === 'forbidden') throw new TwilioError(403, 20403, 'Forbidden');
    const serviceSid = account.configuration.fetch().default_chat_service_sid;
    account.services.fetch(serviceSid);
    c.set('serviceSid', serviceSid);
    await next();
  });
  app.use('/Services/:service/*', async (c, next) => {
    c.set('serviceSid', account.services.fetch(c.req.param('service')).sid);
    await next();
  });
  for (const collection of ['Conversations', 'Users', 'ParticipantConversations']) {
    app.use(`/Services/:service/${collection}/*`, answerBelowService);
  }
  app.use(preActions(state, account.users));
  app.route('/', inService);
  app.route('/Services/:service', inService);
  app.route('/Services', serviceRoutes(account.services));
  app.route('/', configurationRoutes(account.configuration));
  app.route('/', webhookRoutes(account.webhooks));
  app.route('/Configuration/Addresses', addressRoutes(account.addresses));
  return app;
}

/** Adds the service to a resource, or to a page of them: to all URLs, and as `chat_service_sid`. */
const answerBelowService: MiddlewareHandler<ConversationsEnv> = async (c, next) => {
  await next();
  const text = await c.res.clone().text();
  if (text === '') return;
  const urls = /(https:\/\/conversations\.twilio\.com\/v1\/)(?=(?:Conversations|Users)\/)/g;
  const { serviceSid } = c.var;
  const body = JSON.parse(text.replace(urls, `$1Services/${serviceSid}/`), (_key, value) => {
    const isInConversation = value?.conversation_sid !== undefined && value.sid !== undefined;
    return isInConversation ? { chat_service_sid: serviceSid, ...value } : value;
  });
  c.res = new Response(JSON.stringify(body), c.res);
};

/** Conversations with their participants and messages. */
function conversationRoutes(
  state: Conversations,
  messaging: Messaging,
  webhooks: ScopedWebhooks,
): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => {
    const found = listConversations(state, c.var.serviceSid, c.env.query);
    return answer(c, page(c, 'conversations', found));
  });
  app.post('/', (c) => {
    const given = { ...readConversation(c.env.form), chatServiceSid: c.var.serviceSid };
    return answer(c, state.createConversation(given, c.var.origin), 201);
  });

  app.use('/:conversation/*', async (c, next) => {
    c.set('conversation', state.conversation(c.req.param('conversation'), c.var.serviceSid));
    await next();
  });
  app.get('/:conversation', (c) => answer(c, c.var.conversation));
  app.post('/:conversation', (c) => {
    const { conversation, origin } = c.var;
    return answer(c, state.updateConversation(conversation.sid, readConversation(c.env.form), origin));
  });
  app.delete('/:conversation', (c) => {
    state.removeConversation(c.var.conversation.sid, c.var.origin);
    return c.body(null, 204);
  });
  app.route('/:conversation/Participants', participantRoutes(state));
  app.route('/:conversation/Messages', messageRoutes(state, messaging));
  app.route('/:conversation/Webhooks', scopedWebhookRoutes(webhooks));
  return app;
}

function participantRoutes(state: Conversations): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => {
    const participants = state.participants(c.var.conversation.sid);
    return answer(c, page(c, 'participants', participants));
  });
  app.post('/', (c) => {
    const { conversation, origin } = c.var;
    const participant = state.addParticipant(conversation.sid, readParticipant(c.env.form), origin);
    return answer(c, participant, 201);
  });
  app.get('/:sid', (c) => answer(c, state.participant(c.var.conversation.sid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    const { conversation, origin } = c.var;
    const given = readParticipant(c.env.form);
    return answer(c, state.updateParticipant(conversation.sid, c.req.param('sid'), given, origin));
  });
  app.delete('/:sid', (c) => {
    state.removeParticipant(c.var.conversation.sid, c.req.param('sid'), c.var.origin);
    return c.body(null, 204);
  });
  return app;
}

function messageRoutes(state: Conversations, { content, optOuts }: Messaging): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => {
    const messages = state.messages(c.var.conversation.sid);
    if (c.env.query.Order === 'desc') messages.reverse();
    return answer(c, page(c, 'messages', messages));
  });
  app.post('/', (c) => {
    const { conversation, origin } = c.var;
    const given = readMessage(c.env.form, content);
    optOuts.checkMessage(conversation.sid);
    const message = state.addMessage(conversation.sid, given, origin);
    return answer(c, message, 201);
  });
  const find = (conversation: string, sid: string): Message => {
    const message = state.messages(conversation).find((one) => one.sid === sid);
    if (message) return message;
    throw notFound(`/Conversations/${conversation}/Messages/${sid}`);
  };
  app.get('/:sid', (c) => answer(c, find(c.var.conversation.sid, c.req.param('sid'))));
  app.get('/:sid/Receipts', (c) => {
    const message = find(c.var.conversation.sid, c.req.param('sid'));
    return answer(c, page(c, 'delivery_receipts', state.detailsOf(message).receipts));
  });
  app.get('/:sid/Receipts/:receipt', (c) => {
    const message = find(c.var.conversation.sid, c.req.param('sid'));
    const found = state.detailsOf(message).receipts.find(({ sid }) => sid === c.req.param('receipt'));
    if (found) return answer(c, found);
    throw notFound(c.env.path);
  });
  app.post('/:sid', (c) => {
    const { conversation, origin } = c.var;
    const given = readMessage(c.env.form, content);
    return answer(c, state.updateMessage(conversation.sid, c.req.param('sid'), given, origin));
  });
  app.delete('/:sid', (c) => {
    state.removeMessage(c.var.conversation.sid, c.req.param('sid'), c.var.origin);
    return c.body(null, 204);
  });
  return app;
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

/** With a template, the rendered text replaces `Body`. It is unknown whether Twilio answers that text. */
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
    .filter((one) => one.chat_service_sid === serviceSid)
    .filter((one) => query.State === undefined || one.state === query.State)
    .filter((one) => query.StartDate === undefined || new Date(one.date_created) >= new Date(query.StartDate))
    .filter((one) => query.EndDate === undefined || new Date(one.date_created) <= new Date(query.EndDate));
}

function listMemberships(
  state: Conversations,
  serviceSid: string,
  { Identity, Address }: Record<string, string>,
): object[] {
  if ((Identity === undefined) === (Address === undefined)) {
    throw new TwilioError(400, 20001, 'Exactly one of Identity and Address is required');
  }
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
