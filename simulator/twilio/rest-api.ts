import { ContentModel, contentRoutes } from './content';
import { AccountResources, accountRoutes } from './conversations/account';
import type { Conversations } from './conversations/conversations';
import { conversationRoutes } from './conversations/routes';
import { Flex, flexRoutes } from './flex';
import { FlexTokens, tokenRoutes } from './flex-tokens';
import { Frontline, frontlineRoutes } from './frontline';
import { notFound, TwilioError } from './http/errors';
import { RequestHandler } from './http/request-handler';
import type { Outcome, RestRequest, Route } from './http/route';
import { MessageLog, messageLogRoutes } from './messaging';
import { SyncModel, syncRoutes } from './sync';
import { TaskRouter, taskRouterRoutes } from './taskrouter';

const conversationsHost = 'conversations.twilio.com';
const iamHost = 'iam.twilio.com';

/**
 * Twilio's REST API as far as it is simulated: Conversations, Frontline, and what an outbound start from Flex needs of
 * Flex, TaskRouter, Sync, Content and Messaging. It knows nothing of sockets; the proxy hands it requests.
 *
 * @see https://www.twilio.com/docs/conversations/api
 */
export class RestApi extends RequestHandler {
  readonly #state: Conversations;
  /** Services, users, configuration and webhooks of the account. */
  readonly account: AccountResources;
  readonly frontline = new Frontline();
  readonly taskRouter: TaskRouter;
  readonly flex: Flex;
  readonly flexTokens: FlexTokens;
  readonly sync: SyncModel;
  readonly content: ContentModel;
  readonly messageLog: MessageLog;
  readonly #routes: Map<string, Route[]>;

  constructor(state: Conversations) {
    super((request) => this.#answer(request));
    this.#state = state;
    this.account = new AccountResources(state.accountSid, state.defaultServiceSid);
    this.taskRouter = new TaskRouter(state);
    this.flex = new Flex(state, this.taskRouter);
    this.flexTokens = new FlexTokens(state, this.taskRouter);
    this.sync = new SyncModel(state.accountSid);
    this.content = new ContentModel(state.accountSid);
    this.messageLog = new MessageLog(state, this.content);
    this.#routes = new Map([
      [
        conversationsHost,
        [...conversationRoutes(state, this.content), ...accountRoutes(this.account, state)],
      ],
      ['frontline-api.twilio.com', frontlineRoutes(this.frontline)],
      ['flex-api.twilio.com', flexRoutes(this.flex)],
      ['taskrouter.twilio.com', taskRouterRoutes(this.taskRouter)],
      [iamHost, tokenRoutes(this.flexTokens)],
      ['sync.twilio.com', syncRoutes(this.sync)],
      ['content.twilio.com', contentRoutes(this.content)],
      ['api.twilio.com', messageLogRoutes(this.messageLog)],
    ]);
  }

  /** Forgets interactions, documents and received messages; users, workers and templates stay. */
  reset(): void {
    this.flex.reset();
    this.taskRouter.reset();
    this.flexTokens.reset();
    this.sync.reset();
    this.messageLog.reset();
  }

  #answer(request: RestRequest): Outcome {
    const { accountSid, authToken } = this.#state;
    const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
    if (request.headers.authorization !== expected) {
      // See `tokenRoutes`.
      const isOtherAccount = request.host === iamHost && !request.path.includes(`/${accountSid}/`);
      if (isOtherAccount) throw notFound(request.path.replace('/v1', ''));
      throw new TwilioError(401, 20003, 'Authenticate');
    }

    const { path, serviceSid, isNamed } = this.#scope(request);
    const onPath = (this.#routes.get(request.host) ?? []).filter((route) => route.path.test(path));
    const route = onPath.find(({ method }) => method === request.method);
    if (!route) {
      const what = `${request.method} https://${request.host}${request.path}`;
      throw new TwilioError(501, 20501, `The local Twilio does not simulate ${what}`);
    }
    const parts = (route.path.exec(path) ?? []).slice(1).map((part) => decodeURIComponent(part ?? ''));
    const webhooks = request.headers['x-twilio-webhook-enabled'] === 'true';
    const outcome = route.handle({ parts, request, serviceSid, origin: { source: 'API', webhooks } });
    return isNamed ? { ...outcome, body: belowService(outcome.body, serviceSid) } : outcome;
  }

  /**
   * A path names the conversation service that it is about, or else is about the default one; what is in another
   * service is not there.
   *
   * @returns the path without the service, with the conversation's SID where it had its unique name
   * @throws TwilioError 404
   * @see https://www.twilio.com/docs/conversations/api/service-resource#use-a-conversation-service
   */
  #scope({ host, path }: RestRequest): { path: string; serviceSid: string; isNamed: boolean } {
    const standard = String(this.account.configuration().default_chat_service_sid);
    if (host !== conversationsHost) return { path, serviceSid: standard, isNamed: false };
    const [, named, below = ''] = servicePath.exec(path) ?? [];
    const serviceSid = named ?? standard;
    this.account.service(serviceSid);
    const short = named === undefined ? path : `/v1/${below}`;
    const scoped = short.replace(/^(\/v1\/Conversations\/)([^/]+)/, (_all, before: string, name: string) => {
      return before + this.#state.conversation(decodeURIComponent(name), serviceSid).sid;
    });
    return { path: scoped, serviceSid, isNamed: named !== undefined };
  }
}

const servicePath = /^\/v1\/Services\/([^/]+)\/((?:Conversations|ParticipantConversations|Users)(?:\/.*)?)$/;

/** @returns a resource or a page of them as they are below a service: their URLs name it, and so do all they hold */
function belowService(body: object | string, serviceSid: string): object | string {
  if (typeof body === 'string') return body;
  const urls = /(https:\/\/conversations\.twilio\.com\/v1\/)(?=(?:Conversations|Users)\/)/g;
  return JSON.parse(JSON.stringify(body).replace(urls, `$1Services/${serviceSid}/`), (_key, value) => {
    const isInConversation = value?.conversation_sid !== undefined && value.sid !== undefined;
    return isInConversation ? { chat_service_sid: serviceSid, ...value } : value;
  }) as object;
}
