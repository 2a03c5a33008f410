import type { Hono } from 'hono';
import type { Settings } from '../api';
import { accountRoutes } from './accounts';
import { ApiKeys, apiKeyRoutes, authenticate, iamKeyRoutes } from './api-keys';
import { ContentModel, contentRoutes } from './content';
import { Account } from './conversations/account';
import type { Conversations } from './conversations/conversations';
import { conversationsRoutes } from './conversations/routes';
import { Deliveries } from './deliveries';
import { Flex, flexRoutes } from './flex';
import { FlexTokens, tokenRoutes } from './flex-tokens';
import { Frontline, frontlineRoutes } from './frontline';
import { askApp, checkRequest, createRestApp, type RestEnv, refuseUnsimulated } from './http/app';
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
  readonly #state: Conversations;
  readonly #apps = new Map<string, Hono<RestEnv>>();
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
    super((request) => askApp(this.#appOf(request.host), request));
    this.#state = state;
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
  }

  /** What is answered: `/host/path` with `:name` for each variable part, and the method; `ALL` for checks. */
  get routes(): { method: string; path: string }[] {
    return Object.keys(this.#routes).flatMap((host) =>
      this.#appOf(host).routes.map(({ method, path }) => ({ method, path })),
    );
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

  /** @returns the app of a host: most accounts are asked for a few hosts only. Hosts without routes share one. */
  #appOf(host: string): Hono<RestEnv> {
    const addRoutes = Object.hasOwn(this.#routes, host) ? this.#routes[host] : undefined;
    const name = addRoutes ? host : '';
    const known = this.#apps.get(name);
    if (known) return known;
    const app = createRestApp(name);
    app.use(refuseUnsimulated, authenticate(this.#state, this.apiKeys), checkRequest);
    addRoutes?.(app.basePath(`/${host}`));
    this.#apps.set(name, app);
    return app;
  }

  /** Adds the routes of each host. */
  readonly #routes: Record<string, (app: Hono<RestEnv>) => void> = {
    'conversations.twilio.com': (app) =>
      app.route('/v1', conversationsRoutes(this.#state, this.account, this)),
    'frontline-api.twilio.com': (app) => app.route('/v1', frontlineRoutes(this.frontline)),
    'flex-api.twilio.com': (app) => app.route('/v1', flexRoutes(this.flex)),
    'taskrouter.twilio.com': (app) => app.route('/v1', taskRouterRoutes(this.taskRouter)),
    'iam.twilio.com': (app) =>
      app.route('/v1', tokenRoutes(this.flexTokens)).route('/v1', iamKeyRoutes(this.apiKeys)),
    'sync.twilio.com': (app) => app.route('/v1', syncRoutes(this.sync)),
    'content.twilio.com': (app) => app.route('/v1', contentRoutes(this.content)),
    'serverless.twilio.com': (app) => app.route('/v1', serverlessRoutes(this.serverless)),
    'serverless-upload.twilio.com': (app) => app.route('/v1', uploadRoutes(this.serverless)),
    'api.twilio.com': (app) =>
      app
        .route('/2010-04-01', accountRoutes(this.#state, this.apiKeys))
        .route('/2010-04-01', messageLogRoutes(this.messageLog))
        .route('/2010-04-01', phoneNumberRoutes(this.phoneNumbers))
        .route('/2010-04-01', apiKeyRoutes(this.apiKeys)),
    'lookups.twilio.com': (app) => app.route('/', lookupRoutes()),
    'messaging.twilio.com': (app) =>
      app
        .route('/v1', messagingServiceRoutes(this.messagingServices))
        .route('/v2', senderRoutes(this.phoneNumbers)),
  };
}
