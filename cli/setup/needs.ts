import type { Routing } from '../../lib/model';
import { numbersOf } from '../../simulator/project-data';
import { type Deployment, deployedUrl } from '../deploy/deployments';
import { defaultEnvironment } from '../npm-command';
import { UsageError } from '../program';

/** The webhooks before and after something happens: each has a URL of its own. */
export type WebhookSide = 'pre' | 'post';

/** What the callbacks need of an account. */
export interface Needs {
  /** Where the functions are, e.g. `https://service-1234-dev.twil.io`. */
  functionsUrl: string;
  /** `account`, or the SID of a conversation service. */
  scope: string;
  events: Record<WebhookSide, readonly string[]>;
  addresses: readonly { type: string; address: string }[];
  /** The conversation service of autocreated conversations; undefined for the default one. */
  serviceSid: string | undefined;
  /** Whether Frontline routes; otherwise the webhook onConversationAdded does. */
  isForFrontline: boolean;
  /** The first workers in the data. */
  workers: readonly string[];
}

/** The path of the Conversations webhooks, and of each callback in the Frontline Console. */
export const callbackPaths = {
  conversations: '/callbacks/conversations',
  crm: '/callbacks/crm',
  outgoingConversation: '/callbacks/outgoing-conversation',
  templates: '/callbacks/templates',
  routing: '/callbacks/routing',
};

/** @returns what the callbacks need with this data */
export function readNeeds(routing: Routing, functionsUrl: string, scope: string): Needs {
  const isForFrontline = routing.routing.on === 'onConversationRoute';
  return {
    functionsUrl,
    scope,
    events: {
      pre: ['onConversationAdd'],
      post: [...(isForFrontline ? [] : ['onConversationAdded']), 'onParticipantAdded'],
    },
    addresses: numbersOf(routing).flatMap(({ address, channels }) =>
      channels.map((type) => ({ type, address: type === 'whatsapp' ? `whatsapp:${address}` : address })),
    ),
    serviceSid: routing.conversationServiceSid,
    isForFrontline,
    workers: routing.workers.slice(0, 3).map(({ identity }) => identity),
  };
}

/**
 * @param deployments by the name of the environment
 * @param given by `--url`
 * @param environment by `--environment`
 * @param local where the local Twilio serves the functions
 * @returns the URL of the functions
 * @throws UsageError when it is not known, or cannot be one
 */
export function chooseFunctionsUrl(
  deployments: ReadonlyMap<string, Pick<Deployment, 'domain'>>,
  { given, environment, local }: Record<'given' | 'environment' | 'local', string | undefined>,
): string {
  if (given !== undefined) return readFunctionsUrl(given, local !== undefined);
  const name = chooseEnvironment(deployments, environment);
  if (name !== undefined) {
    const deployment = deployments.get(name);
    if (deployment) return deployedUrl(deployment);
    const names = [...deployments.keys()].join(', ');
    throw new UsageError(`Nothing has been deployed to ${name} (${names || 'no environment'})`);
  }
  if (local !== undefined) return local;
  throw new UsageError('Where are the functions? Run npm run deploy first, or add --url https://….twil.io');
}

/**
 * Setup and doctor choose alike, and as deploy does: what deploy suggests must work without more options.
 *
 * @param given by `--environment`
 * @returns the given environment, else dev, else the only one; undefined where nothing is deployed
 * @throws UsageError where there are several others
 */
export function chooseEnvironment(
  deployments: ReadonlyMap<string, unknown>,
  given: string | undefined,
): string | undefined {
  if (given !== undefined || deployments.has(defaultEnvironment)) return given ?? defaultEnvironment;
  const [first, second] = deployments.keys();
  if (second === undefined) return first;
  const names = [...deployments.keys()].join(', ');
  throw new UsageError(`The functions are in several environments: add --environment (${names})`);
}

function readFunctionsUrl(given: string, isLocal: boolean): string {
  const url = URL.canParse(given) ? new URL(given) : undefined;
  const isHere = isLocal && /^(?:(?:.+\.)?localhost|127\.0\.0\.1|\[::1\])$/.test(url?.hostname ?? '');
  const isSecure = url?.protocol === 'https:' || (isHere && url?.protocol === 'http:');
  if (url && isSecure && url.pathname === '/' && !url.search) return url.origin;
  throw new UsageError(
    `--url must be the functions' address without a path, e.g. https://service-1234.twil.io`,
  );
}
