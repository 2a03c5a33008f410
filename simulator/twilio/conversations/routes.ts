import { Hono, type MiddlewareHandler } from 'hono';
import { answer, readText } from '../http/app';
import { refuse } from '../http/error-list';
import { notFound } from '../http/errors';
import { page } from '../http/paging';
import { readList } from '../http/request';
import type { Account } from './account';
import { addressRoutes } from './addresses';
import { configurationRoutes } from './configuration';
import type { Conversations } from './conversations';
import type { ConversationsEnv } from './env';
import { readConversation, readMessage, readParticipant, readParticipantJson, type Templates } from './forms';
import { limits } from './limits';
import { listConversations, listMemberships } from './lists';
import type { Message } from './model';
import { preActions } from './pre-actions';
import { credentialRoutes, notificationRoutes } from './push';
import { type Roles, roleRoutes } from './roles';
import { scopedWebhookRoutes } from './scoped-webhooks';
import { serviceRoutes } from './services';
import { userConversationRoutes } from './user-conversations';
import { userRoutes } from './users';
import { webhookRoutes } from './webhooks';

/** What messages need of other products. */
interface Messaging {
  content: Templates;
  /** @throws TwilioError for a message that is refused */
  optOuts: { checkMessage(conversationSid: string): void };
  /** @throws TwilioError for a Messaging Service that the account does not have */
  requireMessagingService(sid: string | undefined): void;
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
  inService.route('/Conversations', conversationRoutes(state, messaging, account));
  inService.route('/ConversationWithParticipants', withParticipantsRoutes(state, messaging, account.roles));
  inService.route('/Users', userRoutes(account.users, account.roles, state.staleIdentities));
  inService.route('/Users', userConversationRoutes(state, account.users));
  inService.route('/Roles', roleRoutes(account.roles));
  inService.get('/ParticipantConversations', (c) =>
    answer(c, page(c, 'conversations', listMemberships(state, c.var.serviceSid, c.env.query))),
  );

  const app = new Hono<ConversationsEnv>();
  app.use(async (c, next) => {
    if (account.access === 'missing') throw notFound(c.env.path);
    if (account.access === 'forbidden') throw refuse(20403);
    c.set('serviceSid', state.defaultServiceSid);
    await next();
  });
  app.use('/Services/:service/*', async (c, next) => {
    c.set('serviceSid', account.services.fetch(c.req.param('service')).sid);
    await next();
  });
  for (const collection of [
    'Conversations',
    'ConversationWithParticipants',
    'Users',
    'ParticipantConversations',
    'Roles',
  ]) {
    app.use(`/Services/:service/${collection}/*`, answerBelowService);
  }
  app.use(preActions(state, account.users));
  app.route('/', inService);
  app.route('/Services/:service', inService);
  app.route(
    '/Services',
    serviceRoutes(account.services, (sid) => account.removeService(sid)),
  );
  app.route('/', configurationRoutes(account.configuration, state, account.services));
  app.route('/Services/:service', notificationRoutes(account.push));
  app.route('/Credentials', credentialRoutes(account.push));
  app.route('/', webhookRoutes(account.webhooks));
  app.route('/Configuration/Addresses', addressRoutes(account.addresses));
  return app;
}

/** Adds the service to a resource, or to a page of them: to all URLs, and as `chat_service_sid`. */
const answerBelowService: MiddlewareHandler<ConversationsEnv> = async (c, next) => {
  await next();
  const { status } = c.res;
  const text = await readText(c.res);
  if (text === '') return;
  const urls = /(https:\/\/conversations\.twilio\.com\/v1\/)(?=(?:Conversations|Users|Roles)\/)/g;
  const { serviceSid } = c.var;
  const body = JSON.parse(text.replace(urls, `$1Services/${serviceSid}/`), (_key, value) => {
    const isInConversation = value?.conversation_sid !== undefined && value.sid !== undefined;
    return isInConversation ? { chat_service_sid: serviceSid, ...value } : value;
  });
  // Else the new answer would be merged with the old one.
  c.res = undefined;
  c.res = answer(c, body, status as 200);
};

/** Conversations with their participants and messages. */
function conversationRoutes(
  state: Conversations,
  messaging: Messaging,
  { roles, scopedWebhooks }: Pick<Account, 'roles' | 'scopedWebhooks'>,
): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => {
    const found = listConversations(state, c.var.serviceSid, c.env.query);
    return answer(c, page(c, 'conversations', found));
  });
  app.post('/', (c) => {
    const given = { ...readConversation(c.env.form), chatServiceSid: c.var.serviceSid };
    messaging.requireMessagingService(given.messagingServiceSid);
    return answer(c, state.createConversation(given, c.var.origin), 201);
  });

  app.use('/:conversation/*', async (c, next) => {
    c.set('conversation', state.conversation(c.req.param('conversation'), c.var.serviceSid));
    await next();
  });
  app.get('/:conversation', (c) => answer(c, c.var.conversation));
  app.post('/:conversation', (c) => {
    const { conversation, origin } = c.var;
    const given = readConversation(c.env.form);
    messaging.requireMessagingService(given.messagingServiceSid);
    return answer(c, state.updateConversation(conversation.sid, given, origin));
  });
  app.delete('/:conversation', (c) => {
    state.removeConversation(c.var.conversation.sid, c.var.origin);
    return c.body(null, 204);
  });
  app.route('/:conversation/Participants', participantRoutes(state, roles));
  app.route('/:conversation/Messages', messageRoutes(state, messaging));
  app.route('/:conversation/Webhooks', scopedWebhookRoutes(scopedWebhooks));
  return app;
}

/**
 * A conversation and up to ten participants in one request: all are added, or the conversation is not created. Twilio
 * answers 202 and adds them a moment later; here it is done by then.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/conversation-with-participants-resource
 */
function withParticipantsRoutes(
  state: Conversations,
  messaging: Messaging,
  roles: Roles,
): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.post('/', (c) => {
    const { serviceSid, origin } = c.var;
    const given = { ...readConversation(c.env.form), chatServiceSid: serviceSid };
    const texts = readList(c.env, 'Participant');
    if (texts.length > limits.participantsPerRequest) throw refuse(50426);
    const participants = texts.map(readParticipantJson);
    for (const { roleSid } of participants) roles.require(serviceSid, roleSid, 'conversation');
    messaging.requireMessagingService(given.messagingServiceSid);
    const made = state.createWithParticipants(given, participants, origin);
    return answer(c, made, texts.length > 0 ? 202 : 201);
  });
  return app;
}

function participantRoutes(state: Conversations, roles: Roles): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => {
    const participants = state.participants(c.var.conversation.sid);
    return answer(c, page(c, 'participants', participants));
  });
  app.post('/', (c) => {
    const { conversation, origin } = c.var;
    const given = readParticipant(c.env.form);
    roles.require(c.var.serviceSid, given.roleSid, 'conversation');
    const participant = state.addParticipant(conversation.sid, given, origin);
    return answer(c, participant, 201);
  });
  app.get('/:sid', (c) => answer(c, state.participant(c.var.conversation.sid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    const { conversation, origin } = c.var;
    const given = readParticipant(c.env.form);
    roles.require(c.var.serviceSid, given.roleSid, 'conversation');
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
