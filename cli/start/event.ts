import type { RestEntry, TimelineEntry, WebhookEntry } from '../../simulator/api';
import { decisionSentence } from '../../simulator/decision-sentence';

/** What a line of `npm start` tells: with `--json`, it is that line. */
export interface StartEvent {
  type: 'webhook' | 'note' | 'rest' | 'log';
  /** ISO 8601 */
  at: string;
  state: TimelineEntry['state'];
  /** The event's name, or what happened. */
  title: string;
  /** The customers' names. */
  customer?: string;
  /** The workers' names. */
  worker?: string;
  /** The decision, or what Twilio did with the answer, in a sentence. */
  text?: string;
  conversationSid?: string;
  status?: number;
  ms?: number;
  /** How long the caller waits. */
  limitMs?: number;
  /** What is not as it must be. */
  problems: string[];
  /** Of Twilio, Frontline and our answer. */
  codes: (number | string)[];
}

/** Who is who. */
export interface People {
  nameOf(address: string): string;
  customerName(customerId: string): string | undefined;
  participantsOf(conversationSid: string): { identity?: string; address?: string }[];
}

export type Entry<Kind extends TimelineEntry['kind']> = Extract<TimelineEntry, { kind: Kind }>;

/** @returns what happened, with the names of the people */
export function describeWebhook(
  entry: Entry<'webhook'>,
  calls: readonly Entry<'rest'>[],
  people: People,
): StartEvent {
  const { at, state, title, conversationSid, status, ms, limitMs, problems, errorCode, fault } = entry;
  const sentence = decisionSentence(entry, people.nameOf, calls);
  // What went wrong on purpose is no decision of ours.
  const text = state === 'warning' ? (entry.outcome ?? sentence) : (sentence ?? entry.outcome);
  const failedCalls = calls.filter(isFailed);
  return {
    type: 'webhook',
    ...{ at, state, title },
    ...named('customer', customersOf(entry, people)),
    ...named('worker', workersOf(entry, people)),
    ...(text !== undefined && { text }),
    ...(conversationSid !== undefined && { conversationSid }),
    ...(status !== undefined && { status }),
    ...(ms !== undefined && { ms }),
    limitMs,
    problems: [
      ...(fault === undefined ? [] : [`on purpose: ${fault}`]),
      ...problems.map(({ field, problem }) => (field ? `${field} ${problem}` : problem)),
      ...describeFailed(failedCalls),
    ],
    codes: [...new Set([errorCode, codeOf(entry), ...failedCalls.map(({ code }) => code)].filter(isDefined))],
  };
}

/** @returns a sentence of the timeline */
export function describeNote({
  at,
  state,
  title,
  text,
  conversationSid,
  errorCode,
}: Entry<'note'>): StartEvent {
  return {
    type: 'note',
    ...{ at, state, title },
    ...(text !== '' && text !== title && { text }),
    ...(conversationSid !== undefined && { conversationSid }),
    problems: [],
    codes: errorCode === undefined ? [] : [errorCode],
  };
}

/** @returns a REST request */
export function describeRest(entry: Entry<'rest'>): StartEvent {
  const { at, state, title, conversationSid, status, ms, message, code, fault } = entry;
  return {
    type: 'rest',
    ...{ at, state, title },
    ...(fault !== undefined && { text: `On purpose: ${fault}.` }),
    ...(conversationSid !== undefined && { conversationSid }),
    ...(status !== undefined && { status }),
    ...(ms !== undefined && { ms }),
    problems: message === undefined ? [] : [message],
    codes: code === undefined ? [] : [code],
  };
}

/** @returns what a function logged about a request that the local Twilio did not send */
export function describeLogLine(line: string): StartEvent {
  const { level, event, status, ms, code, ...facts } = JSON.parse(line) as Record<string, unknown>;
  const states: Record<string, StartEvent['state']> = { info: 'ok', warn: 'warning', error: 'failed' };
  return {
    type: 'log',
    at: new Date().toISOString(),
    state: states[String(level)] ?? 'ok',
    title: String(event ?? 'log'),
    text: Object.entries(facts)
      .map(([name, value]) => `${name} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
      .join(', '),
    ...(typeof status === 'number' && { status }),
    ...(typeof ms === 'number' && { ms }),
    problems: [],
    codes: typeof code === 'string' || typeof code === 'number' ? [code] : [],
  };
}

function named<Key extends string>(key: Key, names: string[]): Partial<Record<Key, string>> {
  const all = [...new Set(names)].filter((name) => name !== '');
  return all.length === 0 ? {} : ({ [key]: all.join(', ') } as Record<Key, string>);
}

/** From the conversation, as soon as there is one. */
function customersOf({ fields, conversationSid, name }: WebhookWithSid, people: People): string[] {
  // A group's address is a list, with our own number in it.
  const given = fields['MessagingBinding.AuthorAddress'] ?? fields['MessagingBinding.Address'];
  // About one of those in the conversation.
  if (name === 'onParticipantAdded') return given === undefined ? [] : [people.nameOf(given)];
  const addresses = participantsOf(conversationSid, people).flatMap(({ address }) => address ?? []);
  if (addresses.length > 0) return addresses.map(people.nameOf);
  const id = fields.CustomerId ?? fields.customerId;
  const address = given ?? fields.to ?? fields.ChannelValue;
  if (id) return [people.customerName(id) ?? (address ? people.nameOf(address) : `customer ${id}`)];
  return address ? [people.nameOf(address)] : [];
}

function workersOf({ name, fields, body, conversationSid }: WebhookWithSid, people: People): string[] {
  const worker = readAnswer(body).worker ?? fields.Worker ?? fields.Identity;
  if (typeof worker === 'string' && worker !== '') return [people.nameOf(worker)];
  // Neither the request nor the answer names the agent.
  if (name !== 'outboundMessage') return [];
  return participantsOf(conversationSid, people).flatMap(({ identity }) =>
    identity === undefined ? [] : people.nameOf(identity),
  );
}

type WebhookWithSid = WebhookEntry & { conversationSid?: string };

function participantsOf(sid: string | undefined, people: People): { identity?: string; address?: string }[] {
  return sid === undefined ? [] : people.participantsOf(sid);
}

/** Other errors are answers that the functions ask for: who is missing, and who is there already. */
function isFailed({ status, fault }: RestEntry): boolean {
  return status === undefined || status === 429 || status >= 500 || fault !== undefined;
}

function describeFailed(calls: readonly RestEntry[]): string[] {
  if (calls.length === 0) return [];
  const answers = new Set(calls.map(({ status, fault }) => fault ?? String(status ?? 'no answer')));
  return [`${calls.length} REST request${calls.length === 1 ? '' : 's'} failed: ${[...answers].join(', ')}`];
}

function codeOf({ status = 0, body }: WebhookEntry): string | undefined {
  const { code } = readAnswer(body);
  return status >= 400 && typeof code === 'string' ? code : undefined;
}

function readAnswer(body = ''): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null ? (answer as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function isDefined<T>(value: T | undefined): value is T {
  return value !== undefined;
}
