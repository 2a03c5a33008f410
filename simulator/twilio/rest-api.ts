import type { Hono } from 'hono';
import type { Settings } from '../api';
import { ApiKeys, apiKeyRoutes, authenticate, iamKeyRoutes } from './api-keys';
import { ContentModel, contentRoutes } from './content';
import { Account } from './conversations/account';
import type { Conversations } from './conversations/conversations';
import { conversationsRoutes } from './conversations/routes';
import { Deliveries } from './deliveries';
import { Flex, flexRoutes } from './flex';
import { FlexTokens, tokenRoutes } from './flex-tokens';
import { Frontline, frontlineRoutes } from './frontline';
import { askApp, checkRequest, createRestApp, type RestEnv } from './http/app';
import { refuse } from './http/error-list';
import { RequestHandler } from './http/request-handler';
import { lookupRoutes } from './lookups';
import { MessageLog, messageLogRoutes } from './messaging';
import { MessagingServices, messagingServiceRoutes } from './messaging-services';
import { OptOuts } from './opt-outs';
import { PhoneNumbers, phoneNumberRoutes, senderRoutes } from './phone-numbers';
import { serverlessRoutes, uploadRoutes } from './serverless/routes';
import { Serverless } from './serverless/serverless';
import { SyncModel, syncRoutes } from './sync';
import { TaskRouter, taskRouterRoutes } from './taskrouter';

/**
 * The simulated part of Twilio's REST API: Conversations, Frontline, and what an outbound conversation from Flex needs
 * from Flex, TaskRouter, Sync, Content and Messaging, what deploying needs from Serverless, and the account's phone numbers.
 * It has no sockets of its own: the proxy passes requests to it.
 *
 * @see https://www.twilio.com/docs/conversations/api
 */
export class RestApi extends RequestHandler {
  /** What is answered: `/host/path` with `:name` for each variable part, and the method; `ALL` for checks. */
  readonly routes: readonly { method: string; path: string }[];
  /** Services, users, configuration and webhooks of the account. */
  readonly account: Account;
  readonly frontline = new Frontline();
  readonly taskRouter: TaskRouter;
  readonly flex: Flex;
  readonly flexTokens: FlexTokens;
  readonly sync: SyncModel;
  readonly content: ContentModel;
  readonly messageLog: MessageLog;
  readonly optOuts: OptOuts;
  readonly deliveries: Deliveries;
  readonly messagingServices: MessagingServices;
  readonly serverless: Serverless;
  readonly phoneNumbers: PhoneNumbers;
  readonly apiKeys: ApiKeys;

  constructor(state: Conversations) {
    super((request) => askApp(app, request));
    this.account = new Account(state);
    this.taskRouter = new TaskRouter(state);
    this.flex = new Flex(state, this.taskRouter);
    this.flexTokens = new FlexTokens(state, this.taskRouter);
    this.sync = new SyncModel(state.accountSid);
    this.content = new ContentModel(state.accountSid);
    this.messageLog = new MessageLog(state, this.content);
    this.optOuts = new OptOuts(state);
    this.deliveries = new Deliveries(state, (message, participant) => {
      return this.optOuts.failureOf(message, participant) ?? this.messageLog.failureOf(message, participant);
    });
    this.messagingServices = new MessagingServices(state.accountSid);
    this.serverless = new Serverless(state.accountSid);
    this.phoneNumbers = new PhoneNumbers(state.accountSid);
    this.apiKeys = new ApiKeys(state.accountSid);
    const app = this.#createApp(state);
    this.routes = app.routes.map(({ method, path }) => ({ method, path }));
  }

  /** @throws TwilioError 400/50342 for a Messaging Service that the account does not have */
  requireMessagingService(sid: string | undefined): void {
    const { default_messaging_service_sid: standard } = this.account.configuration.fetch();
    if (sid === undefined || sid === '' || sid === standard) return;
    if (!this.messagingServices.list().some((one) => one.sid === sid)) throw refuse(50342);
  }

  /** Lets agents, opted-out customers and phones behave, and limits apply, as the settings say. */
  applySettings({
    flex,
    optOut,
    receipts,
    limits,
  }: Pick<Settings, 'flex' | 'optOut' | 'receipts' | 'limits'>): void {
    this.limits.current = limits;
    this.flex.aftermath = flex;
    this.optOuts.mode = optOut;
    this.deliveries.upTo = receipts;
  }

  /**
   * Clears interactions, documents, received messages, opt-outs, the webhooks of conversations and their users. Frontline
   * users, workers and templates stay.
   */
  reset(): void {
    this.flex.reset();
    this.taskRouter.reset();
    this.flexTokens.reset();
    this.sync.reset();
    this.messageLog.reset();
    this.optOuts.reset();
    this.deliveries.reset();
    this.account.scopedWebhooks.reset();
    this.account.users.reset();
  }

  #createApp(state: Conversations): Hono<RestEnv> {
    const app = createRestApp();
    app.use(authenticate(state, this.apiKeys), checkRequest);
    app.route('/conversations.twilio.com/v1', conversationsRoutes(state, this.account, this));
    app.route('/frontline-api.twilio.com/v1', frontlineRoutes(this.frontline));
    app.route('/flex-api.twilio.com/v1', flexRoutes(this.flex));
    app.route('/taskrouter.twilio.com/v1', taskRouterRoutes(this.taskRouter));
    app.route('/iam.twilio.com/v1', tokenRoutes(this.flexTokens));
    app.route('/iam.twilio.com/v1', iamKeyRoutes(this.apiKeys));
    app.route('/sync.twilio.com/v1', syncRoutes(this.sync));
    app.route('/content.twilio.com/v1', contentRoutes(this.content));
    app.route('/serverless.twilio.com/v1', serverlessRoutes(this.serverless));
    app.route('/serverless-upload.twilio.com/v1', uploadRoutes(this.serverless));
    app.route('/api.twilio.com/2010-04-01', messageLogRoutes(this.messageLog));
    app.route('/api.twilio.com/2010-04-01', phoneNumberRoutes(this.phoneNumbers));
    app.route('/api.twilio.com/2010-04-01', apiKeyRoutes(this.apiKeys));
    app.route('/lookups.twilio.com', lookupRoutes());
    app.route('/messaging.twilio.com/v1', messagingServiceRoutes(this.messagingServices));
    app.route('/messaging.twilio.com/v2', senderRoutes(this.phoneNumbers));
    return app;
  }
}
