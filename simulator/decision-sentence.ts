import type { RestEntry, WebhookEntry } from './api';

/** A webhook, as far as its decision goes. */
export type Decided = Pick<WebhookEntry, 'name' | 'fields' | 'status' | 'body' | 'decision' | 'replayed'>;
type Call = Pick<RestEntry, 'method' | 'url' | 'form' | 'code' | 'userAvailable'>;
type NameOf = (address: string) => string;
type Facts = NonNullable<WebhookEntry['decision']>;

/** @returns whether this webhook decided who gets a conversation */
export function isRouting({ name, decision }: Pick<Decided, 'name' | 'decision'>): boolean {
  return (
    (name === 'onConversationRoute' || name === 'onConversationAdded') && decision?.notRouted === undefined
  );
}

/**
 * Says in words what the functions decided, with names: `Dave Diaz, by the pool. Alice Adams was next and is away.`
 *
 * The log has no names of workers who were passed over. They are taken from the REST requests, and are left out when
 * those do not tell who it was.
 *
 * @param nameOf the name of the person with an address or identity
 * @param calls the REST requests that the functions made during this webhook
 * @returns undefined when there is nothing to say, e.g. for functions whose log has no decision
 */
export function decisionSentence(
  entry: Decided,
  nameOf: NameOf,
  calls: readonly Call[] = [],
): string | undefined {
  if (entry.status === undefined) return undefined;
  const answer = readObject(entry.body);
  if (entry.status >= 400) {
    const error = errorSentence(answer);
    return error && isRouting(entry) ? `Nobody joins. ${error}` : error;
  }
  if (entry.replayed) return 'The answer to the earlier request with this key, once more.';
  const facts = entry.decision ?? {};
  if (facts.notRouted !== undefined) return `Not routed: ${String(facts.notRouted)}.`;
  if (isRouting(entry)) return routingSentence(facts, answer, nameOf, calls);
  return others[entry.name]?.(facts, answer, nameOf, entry.fields);
}

/** What else is decided, by the webhook's name. */
const others: Record<
  string,
  (facts: Facts, answer: Answer, nameOf: NameOf, fields: WebhookEntry['fields']) => string | undefined
> = {
  onConversationAdd({ customer, people }, { friendly_name: name }) {
    if (typeof name !== 'string' || customer === undefined) return undefined;
    if (Number(people) > 1) return `Named “${name}”: ${String(people)} people.`;
    return `Named “${name}”: ${customer === 'known' ? 'a known customer' : 'an unknown customer'}.`;
  },
  onParticipantAdded({ participant, updates, unchanged }, _answer, nameOf, fields) {
    const who = nameOf(fields.Identity || fields['MessagingBinding.Address'] || '');
    if (participant === 'our_number') return 'Our own number: nothing to add.';
    if (participant === 'with_identity') return `${who} is not a customer: nothing to add.`;
    if (participant === 'unknown') return `${who} is not in your data: nothing to add.`;
    if (participant !== 'customer') return undefined;
    return Number(updates) > 0
      ? `${who}: the customer’s id and name are added.`
      : `${who}: nothing to add${unchanged === undefined ? '' : ` (${String(unchanged)})`}.`;
  },
  GetProxyAddress({ rule }, { proxy_address: address }) {
    if (rule === undefined || typeof address !== 'string') return undefined;
    const channel = /^proxyAddresses\.defaults\.(\w+)$/.exec(rule)?.[1];
    return `From ${address}, ${channel === undefined ? `by ${rule}` : `the default for ${channel}`}.`;
  },
  GetCustomersList({ customers, more }) {
    if (typeof customers !== 'number') return undefined;
    return `${count(customers, 'customer')}${more ? ', and there are more' : ''}.`;
  },
  GetTemplatesByCustomerId: ({ templates }) =>
    typeof templates === 'number' ? `${count(templates, 'template')}.` : undefined,
};

/** How a rule of the routing data names the worker. */
const byRule: Record<string, string> = {
  customer_entry: 'by the entry for this customer',
  customer_worker: 'the customer’s owner',
  number: 'by the number that was written to',
  pool: 'by the pool',
  default_worker: 'the default worker',
  already_in_conversation: 'who was in the conversation before',
};

const unroutedReasons: Record<string, string> = {
  no_candidate: 'Nobody: no rule names a worker.',
  nobody_available: 'Nobody: everybody who may take it is away.',
  all_refused: 'Nobody: Twilio took none of the workers.',
  conversation_closed: 'Nobody: the conversation is closed.',
};

function routingSentence(
  { rule, unrouted, passedOver = [] }: Facts,
  { worker }: Answer,
  nameOf: NameOf,
  calls: readonly Call[],
): string | undefined {
  if (unrouted !== undefined) {
    const reason = unroutedReasons[String(unrouted)] ?? `Not routed: ${String(unrouted)}.`;
    return [reason, ...whoWasPassedOver(passedOver, undefined, nameOf, calls)].join(' ');
  }
  if (typeof worker !== 'string' || rule === undefined) return undefined;
  const isAway = awayAmong(calls).includes(worker);
  const chosen = `${nameOf(worker)}, ${byRule[rule] ?? `by the rule ${rule}`}${isAway ? ', although away' : ''}.`;
  return [chosen, ...whoWasPassedOver(passedOver, worker, nameOf, calls)].join(' ');
}

/** @returns a sentence about the workers who are away, and one about each whom Twilio did not take */
function whoWasPassedOver(
  passedOver: NonNullable<Facts['passedOver']>,
  chosen: string | undefined,
  nameOf: NameOf,
  calls: readonly Call[],
): string[] {
  const unavailable = passedOver.filter(({ why }) => why === 'unavailable');
  const refused = calls.filter(
    ({ method, url, form, code }) =>
      method === 'POST' && url.includes('/Participants') && form.Identity !== undefined && code !== undefined,
  );
  const sentences = refused
    .filter(({ form }) => form.Identity !== chosen)
    .map(({ form, code }) => `Twilio refused ${nameOf(form.Identity ?? '')} (${code}).`);
  if (unavailable.length > 0) sentences.unshift(...awaySentence(unavailable, chosen, nameOf, calls));
  return [...new Set(sentences)];
}

function awaySentence(
  unavailable: { rule: string }[],
  chosen: string | undefined,
  nameOf: NameOf,
  calls: readonly Call[],
): string[] {
  const away = awayAmong(calls);
  // Several workers are asked about at once, so one who is away may stand behind the chosen one. Within a rule everybody
  // is named once: if a rule passed over as many as are away, it was all of them.
  const rules = unavailable.map(({ rule }) => rule);
  const most = Math.max(...rules.map((rule) => rules.filter((one) => one === rule).length));
  const isSure = chosen === undefined || away.length === most;
  if (!isSure || away.length === 0) {
    const isOneRule = new Set(rules).size === 1;
    if (!isOneRule) return ['Others were next and are away.'];
    return [most === 1 ? 'Another worker was next and is away.' : `${most} others were next and are away.`];
  }
  const names = away.filter((one) => one !== chosen).map(nameOf);
  if (names.length === 0) return [];
  if (chosen === undefined) return [`Away: ${list(names)}.`];
  return [`${list(names)} ${names.length === 1 ? 'was next and is' : 'were next and are'} away.`];
}

/** @returns the identities of the workers of whom Frontline said that they are away */
function awayAmong(calls: readonly Call[]): string[] {
  const away = calls.flatMap(({ url, userAvailable }) =>
    userAvailable === false ? [decodeURIComponent(url.split('/').at(-1) ?? '')] : [],
  );
  return [...new Set(away)].sort();
}

function errorSentence({ code, message }: Answer): string | undefined {
  if (typeof message !== 'string') return undefined;
  return typeof code === 'string' ? `${message} (${code})` : message;
}

type Answer = Record<string, unknown>;

function readObject(body = ''): Answer {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Answer) : {};
  } catch {
    return {};
  }
}

function count(number: number, noun: string): string {
  return `${number || 'No'} ${noun}${number === 1 ? '' : 's'}`;
}

function list(names: string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
