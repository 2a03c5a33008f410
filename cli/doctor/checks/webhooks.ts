import { hideUrlSecrets } from '../../hide-secrets';
import { type Finding, finding, withoutRepeats } from '../findings';
import { setupCommand, setupOr } from '../fixes';
import { isKept, orMissing, type Subject } from '../subject';

/** The webhooks of the account or of a service. */
interface Scope {
  name: string;
  method: string | undefined;
  filters: readonly string[];
  preWebhookUrl: string | undefined;
  postWebhookUrl: string | undefined;
}

const path = '/callbacks/conversations';
const where = 'Console: Conversations → Manage → Global webhooks';

/** Checks that Conversations sends its events to the functions, once each. */
export async function checkWebhooks(subject: Subject): Promise<Finding[]> {
  const { client, routing, url } = subject;
  const { v1 } = client.conversations;
  const { conversationServiceSid } = routing;
  if (conversationServiceSid && !(await orMissing(v1.services(conversationServiceSid).fetch()))) {
    return [
      finding(
        'conversation_service_unknown',
        `The account has no conversation service ${conversationServiceSid}`,
        'correct "conversationServiceSid" in assets/routing.private.json, or remove it',
      ),
    ];
  }
  const serviceSid = conversationServiceSid ?? (await v1.configuration().fetch()).defaultChatServiceSid;
  const account = await v1.configuration.webhooks().fetch();
  if (account.target === 'flex') {
    const text = 'The Conversations webhooks of the account go to Flex, not to the functions';
    const warning = 'with the target "Webhook", Flex loses its inbound traffic';
    if (isKept(subject.kept, 'target', 'flex')) {
      return [
        finding(
          'webhook_kept',
          `${text}, because you told setup to keep it`,
          `nothing to do, if that is still what you want: ${warning}`,
        ),
      ];
    }
    return [
      finding('webhook_target_flex', text, `decide in ${setupCommand(subject)}, which asks: ${warning}`),
    ];
  }
  const scopes: Scope[] = [{ ...readScope(account), name: 'of the account' }];
  const service = await orMissing(v1.services(serviceSid).configuration.webhooks().fetch());
  if (service) scopes.push({ ...readScope(service), name: `of service ${serviceSid}` });

  if (url === undefined) return [];
  const ours = [url, ...subject.otherUrls].map((one) => `${one}${path}`);
  const events = [
    'onConversationAdd',
    'onParticipantAdded',
    ...(routing.routing.on === 'onConversationAdded' ? ['onConversationAdded'] : []),
  ];
  return withoutRepeats([
    ...scopes.filter((scope) => isOurs(scope, ours)).flatMap((scope) => checkMethod(scope, subject)),
    ...checkOwnFunctions(scopes, subject),
    ...events.flatMap((event) => checkEvent(event, scopes, ours, subject)),
  ]);
}

function checkEvent(
  event: string,
  scopes: readonly Scope[],
  ours: readonly string[],
  subject: Subject,
): Finding[] {
  const kind = event === 'onConversationAdd' ? 'Pre' : 'Post';
  const urlOf = (scope: Scope): string => (kind === 'Pre' ? scope.preWebhookUrl : scope.postWebhookUrl) || '';
  const own = scopes.filter((scope) => ours.includes(urlOf(scope)));
  const covering = own.filter(({ filters }) => filters.includes(event));
  const fix = setupOr(where, subject);
  if (covering.length > 1) {
    const names = covering.map(({ name }) => name).join(' and ');
    const text = `${event} comes twice: the webhooks ${names} both send it to the functions`;
    return [finding('webhook_twice', text, `remove the event from one of the two. ${where}`)];
  }
  if (covering.length === 1) return [];
  const [first] = own;
  if (first) {
    const text = `The webhooks ${first.name} lack the filter ${event}`;
    return [finding('webhook_filter_missing', text, fix)];
  }
  const [other] = scopes.filter((scope) => urlOf(scope) !== '');
  if (other) {
    const url = hideUrlSecrets(urlOf(other));
    if (isKept(subject.kept, `${kind.toLowerCase()}-url`, urlOf(other))) {
      const text = `The ${kind}-Event URL ${other.name} is ${url}, because you told setup to keep it`;
      return [
        finding('webhook_kept', text, `nothing to do, if that program forwards the events to ${ours[0]}`),
      ];
    }
    const text = `The ${kind}-Event URL ${other.name} is ${url}, not ${ours[0]}`;
    return [finding('webhook_url_other', text, `decide who gets these events, then ${fix}`)];
  }
  const text = `The ${kind}-Event URL is not set: it should be ${ours[0]}`;
  return [finding('webhook_url_missing', text, fix)];
}

/** The local Twilio's own functions answer as well, so that nobody would miss the deployed ones. */
function checkOwnFunctions(scopes: readonly Scope[], subject: Subject): Finding[] {
  const { url, environment, otherUrls } = subject;
  if (environment === undefined) return [];
  const used = otherUrls.find((other) => scopes.some((scope) => isOurs(scope, [`${other}${path}`])));
  if (used === undefined) return [];
  const text = `The webhooks still point to npm start's own functions at ${used}, not to what is deployed at ${url}`;
  return [finding('webhook_not_deployed', text, setupCommand(subject))];
}

function checkMethod({ name, method }: Scope, subject: Subject): Finding[] {
  if (method === undefined || method.toUpperCase() === 'POST') return [];
  const text = `The webhooks ${name} use ${method}, but the functions need POST`;
  return [finding('webhook_method', text, setupOr(where, subject))];
}

function isOurs({ preWebhookUrl, postWebhookUrl }: Scope, ours: readonly string[]): boolean {
  return [preWebhookUrl, postWebhookUrl].some((url) => ours.includes(url ?? ''));
}

function readScope(webhooks: {
  method?: string;
  filters?: string[];
  preWebhookUrl?: string;
  postWebhookUrl?: string;
}): Omit<Scope, 'name'> {
  const { method, filters, preWebhookUrl, postWebhookUrl } = webhooks;
  return { method, filters: filters ?? [], preWebhookUrl, postWebhookUrl };
}
