import { existsSync, readFileSync } from 'node:fs';
import * as v from 'valibot';
import { toE164 } from '../../lib/address';

/** The file in the other project, or where `--config` says. */
export const configFile = 'local-twilio.json';

/** Another project cannot be served: why, and what to do. */
export class ProjectProblem extends Error {}

const url = v.pipe(
  v.string('must be text'),
  v.check(
    (text) => text.startsWith('/') || /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/]/.test(text),
    'must be the path of a function, e.g. "/crm", or a URL on this machine',
  ),
);
const number = v.pipe(
  v.string('must be text'),
  v.check(
    (text) => toE164(text.replace(/^whatsapp:/, '')) !== undefined,
    'must be a number such as "+16465550190" or "whatsapp:+16465550190"',
  ),
);
const text = v.pipe(v.string('must be text'), v.nonEmpty('must not be empty'));
const worker = v.union(
  [text, v.strictObject({ identity: text, displayName: v.exactOptional(text) })],
  'must be an identity, or an object with identity and displayName',
);

const schema = v.strictObject({
  /** For editors. */
  $schema: v.exactOptional(v.string()),
  /** The account's numbers, the first one the default. */
  numbers: v.exactOptional(v.pipe(v.array(number, 'must be a list'), v.nonEmpty('must not be empty'))),
  /** The Frontline users, who are Flex agents too. */
  workers: v.exactOptional(v.array(worker, 'must be a list')),
  /** What `.env` has not, or what is to be different here. */
  env: v.exactOptional(v.record(v.string(), v.string('must be text'), 'must be an object')),
  /** The URLs in the Frontline Console. An account without Frontline has none. */
  frontline: v.exactOptional(
    v.strictObject({
      crm: v.exactOptional(url),
      outgoingConversation: v.exactOptional(url),
      templates: v.exactOptional(url),
      /** `pool` is pool routing; without it, conversations are not routed. */
      routing: v.exactOptional(
        v.union([v.literal('pool'), url], 'must be the path of a function, or "pool"'),
      ),
    }),
  ),
  /** The account's webhooks in Conversations. */
  conversations: v.exactOptional(
    v.strictObject({
      preWebhookUrl: v.exactOptional(url),
      postWebhookUrl: v.exactOptional(url),
      filters: v.exactOptional(v.array(text, 'must be a list of events, e.g. ["onMessageAdded"]')),
    }),
  ),
});

export type Config = v.InferOutput<typeof schema>;

/**
 * @param file the configuration
 * @returns undefined if there is no such file
 * @throws ProjectProblem that names everything that is wrong with it
 */
export function readConfig(file: string): Config | undefined {
  if (!existsSync(file)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ProjectProblem(`${file} is not valid JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => {
    const place = (issue.path ?? []).map(({ key }) => String(key)).join('.') || 'the file';
    // Valibot's own message for a name that a strict object does not have.
    return `  ${place}: ${issue.type === 'strict_object' ? 'is not known' : issue.message}`;
  });
  throw new ProjectProblem([`${file} cannot be used:`, ...new Set(problems)].join('\n'));
}

/** What Twilio's quickstarts call their functions, for projects without a configuration. */
const usual = {
  crm: /\/crm$/i,
  outgoingConversation: /\/outgoing-?conversations?$/i,
  templates: /\/templates$/i,
  routing: /\/(inbound-)?routing$/i,
};
const usualConversations = /\/((twilio-)?conversations?|inbound-conversation)(-webhooks?)?$/i;

/**
 * Guesses the configuration from the names of the functions.
 *
 * @param functions their URL paths
 */
export function guessConfig(functions: readonly string[]): Config {
  const named = Object.entries(usual).flatMap(([name, pattern]) => {
    const path = functions.find((one) => pattern.test(one));
    return path === undefined ? [] : [[name, path]];
  });
  const webhook = functions.find((one) => usualConversations.test(one));
  return {
    ...(named.length > 0 && { frontline: Object.fromEntries(named) as Config['frontline'] & object }),
    ...(webhook !== undefined && {
      conversations: {
        preWebhookUrl: webhook,
        postWebhookUrl: webhook,
        // What Frontline's documentation switches on.
        filters: ['onConversationAdd', 'onParticipantAdded'],
      },
    }),
  };
}
