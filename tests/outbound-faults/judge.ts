import type { Interaction } from './flex';
import type { StandIn } from './stand-in';
import type { Heard } from './world';

/** What can be wrong with a run. */
export type Wrong =
  | 'two messages'
  | 'two live interactions'
  | 'stuck'
  | 'own orphan'
  | 'left open'
  | 'not named'
  | 'wrong answer'
  | 'contract'
  | 'internal error'
  | 'too late'
  | 'too many requests'
  | 'unknown route';

export interface Problem {
  wrong: Wrong;
  why: string;
}

/** The limit of a function is 10 s. */
const limitMs = 10_000;

/** Far more than a start with its recovery needs. */
const mostRequests = 100;

/** What a run promises at its end. */
export interface Promised {
  /** Whether the caller has asked for long enough to get a result. */
  isResult: boolean;
  /** Whether a refusal may be the end all the same. */
  mayRefuse: (code: string) => boolean;
  /** Whether an agent has had a hand in it: then nothing needs to be live after a success. */
  isTouched: boolean;
  /** SIDs of messages and conversations that were there before. */
  before: ReadonlySet<string>;
}

export const isSuccess = ({ status }: Heard): boolean => status === 200 || status === 201;

/** @returns what is wrong with one answer, whatever happened */
export function judgeAnswer(heard: Heard, twilio: StandIn, before: ReadonlySet<string>): Problem[] {
  const { status, body, headers, ms, requests } = heard;
  if (status === undefined) return [];
  const problems: Problem[] = [];
  const report = (wrong: Wrong, why: string) => void problems.push({ wrong, why });
  if (ms > limitMs) report('too late', `answered after ${ms} ms`);
  if (requests > mostRequests) report('too many requests', `${requests} requests to Twilio`);
  if (isSuccess(heard)) {
    for (const name of ['conversationSid', 'messageSid']) {
      if (typeof body[name] !== 'string') report('contract', `${status} without ${name}`);
    }
    return problems;
  }
  const { code, message, retryAfter, inDoubt } = body;
  if (typeof code !== 'string' || !code || typeof message !== 'string' || !message) {
    report('contract', `${status} without code and message`);
  }
  if (code === 'internal_error') report('internal error', 'a bug');
  if (code === 'in_doubt' || code === 'in_progress') {
    const header = Object.entries(headers).find(([name]) => name.toLowerCase() === 'retry-after')?.[1];
    if (status !== (code === 'in_doubt' ? 503 : 409)) report('contract', `${code} with status ${status}`);
    if (!Number.isInteger(retryAfter) || Number(retryAfter) <= 0)
      report('contract', `${code} without retryAfter`);
    if (String(header) !== String(retryAfter)) report('contract', `${code} without Retry-After`);
  }
  if (code === 'in_doubt') {
    const { step, tag } = (inDoubt ?? {}) as Record<string, unknown>;
    if (step !== 'interaction' && step !== 'message') report('contract', 'in_doubt does not say which step');
    if (typeof tag !== 'string' || tag === '') report('contract', 'in_doubt has no tag');
  }
  if (code === 'conversation_open' && !before.has(String(body.conversationSid))) {
    const isOwn = twilio.flex.interactions.some(
      ({ conversation }) => conversation.sid === body.conversationSid,
    );
    report('own orphan', isOwn ? `409 against ${body.conversationSid}` : '409 against nothing');
  }
  return problems;
}

/** @returns what is wrong with what Twilio holds in the end, and with what the caller was told last */
export function judgeEnd(twilio: StandIn, heard: readonly Heard[], promised: Promised): Problem[] {
  const problems: Problem[] = [];
  const report = (wrong: Wrong, why: string) => void problems.push({ wrong, why });
  const sent = twilio.messages().filter(({ sid }) => !promised.before.has(sid));
  const live = twilio.liveInteractions();
  const loose = twilio.looseConversations().filter(({ sid }) => !promised.before.has(sid));
  const last = heard.at(-1);

  if (sent.length > 1) report('two messages', `${sent.length} messages were sent`);
  if (live.length > 1) report('two live interactions', live.map(({ sid }) => sid).join(', '));
  for (const unknown of new Set(twilio.unknown)) report('unknown route', unknown);
  if (new Set(heard.filter(isSuccess).map(({ body }) => body.messageSid)).size > 1) {
    report('wrong answer', 'the same request ends in different messages');
  }
  if (last?.status === undefined) return problems;

  if (isSuccess(last)) {
    const { messageSid, conversationSid, interactionSid, reused } = last.body;
    const isThere = sent.some(
      ({ sid, conversation }) => sid === messageSid && conversation.sid === conversationSid,
    );
    if (!isThere) report('wrong answer', 'the answer names a message that was not sent');
    const isLive = live.some(({ sid }) => sid === interactionSid);
    if (!reused && !promised.isTouched && !isLive) report('wrong answer', 'what was started is not live');
    if (reused && live.length > 0) report('left open', 'an interaction beside a reused conversation');
    for (const { sid } of loose) {
      if (sid !== conversationSid) report('left open', `conversation ${sid}`);
    }
    return problems;
  }

  const { code } = last.body;
  if (promised.isResult && !promised.mayRefuse(String(code))) {
    report('stuck', `the caller ends with ${last.status} ${code}`);
  }
  const told = JSON.stringify(last.body);
  const { inDoubt, cleanupIncomplete } = last.body as {
    inDoubt?: { step?: string };
    cleanupIncomplete?: unknown;
  };
  const cleanup = JSON.stringify(cleanupIncomplete ?? '');
  const isNamed = ({ sid, channelSid, taskSid, conversation }: Interaction) =>
    [sid, channelSid, taskSid, conversation.sid].some((one) => told.includes(one));
  for (const interaction of live) {
    if (isNamed(interaction) || inDoubt?.step === 'interaction' || /an interaction/i.test(cleanup)) continue;
    report('not named', `${interaction.sid} (channel ${interaction.status}) is live`);
  }
  for (const { sid } of loose) {
    const interaction = twilio.flex.interactions.find(({ conversation }) => conversation.sid === sid);
    if (interaction ? isNamed(interaction) : told.includes(sid)) continue;
    if (inDoubt?.step === 'interaction' || /an interaction/i.test(cleanup)) continue;
    report('not named', `conversation ${sid} is open`);
  }
  for (const { sid } of sent) {
    if (told.includes(sid) || inDoubt?.step === 'message' || code === 'outcome_unknown') continue;
    if (/message/i.test(cleanup)) continue;
    report('not named', `${sid} was sent`);
  }
  return problems;
}
