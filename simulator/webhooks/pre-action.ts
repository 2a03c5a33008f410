import type { Timeline } from '../timeline';
import type { Account } from '../twilio/conversations/account';
import type { Conversations } from '../twilio/conversations/conversations';
import type { Intention, ModifiedFields } from '../twilio/conversations/intentions';
import { isCarrier, type Origin } from '../twilio/http/request';
import { preActionOf } from './events';
import type { BindingFormat } from './fields';
import { targetsOf } from './targets';
import type { WebhookSender, WebhookTimelineEntry } from './webhook-sender';

export interface PreActionOptions {
  state: Conversations;
  account: Account;
  timeline: Timeline;
  webhooks: WebhookSender;
  format(): BindingFormat;
}

/** What can be modified, by the resource that a change is about. `attributes` of a conversation are modified too. */
const modifiable: Record<string, (keyof ModifiedFields)[]> = {
  conversation: ['friendly_name', 'unique_name', 'attributes'],
  message: ['body', 'author', 'attributes'],
};

/**
 * Asks the pre-action webhooks of the account and of the service about a change, one after the other, and applies their
 * answers.
 *
 * @param traceOf finds the trace of all that this origin causes
 * @returns what they modify; undefined if one of them rejects the change
 * @see https://www.twilio.com/docs/conversations/conversations-webhooks#using-pre-action-webhooks-to-modify-or-reject-changes
 */
export async function askPreActions(
  intention: Intention,
  origin: Origin,
  traceOf: () => string,
  { state, account, timeline, webhooks, format }: PreActionOptions,
): Promise<ModifiedFields | undefined> {
  const event = preActionOf(intention, origin, state, format());
  let modified: ModifiedFields = {};
  const targets = targetsOf(event, account);
  const trace = targets.length > 0 ? traceOf() : '';
  for (const target of targets) {
    const { name, conversationSid } = event;
    const entry = await webhooks.send({
      ...{ name, target, trace, conversationSid },
      fields: { ...event.fields, ...fieldsOf(modified) },
    });
    const values = readAnswer(entry, intention, origin, timeline);
    if (!values) return undefined;
    modified = { ...modified, ...values };
  }
  return modified;
}

/** Reports what becomes of the change in the timeline. */
function readAnswer(
  entry: WebhookTimelineEntry,
  { type }: Intention,
  origin: Origin,
  timeline: Timeline,
): ModifiedFields | undefined {
  const [, what = '', verb = ''] = /^([a-z]+)([A-Z][a-z]+)$/.exec(type) ?? [];
  const done = type === 'conversationAdd' ? 'is created' : (doneWords[verb] ?? 'is changed');
  const report = (outcome: string): void => timeline.update(entry, { outcome });
  if (entry.status === undefined) {
    report(`No answer in time: the ${what} ${done} unchanged, late.`);
    return {};
  }
  if (entry.status >= 400) {
    const isLost = isCarrier(origin);
    report(
      what === 'message' && isLost
        ? "The message is rejected, and the customer's message is lost."
        : `The ${what} is rejected${isLost ? ", and the customer's message is lost" : ''}.`,
    );
    if (entry.state === 'ok') timeline.update(entry, { state: 'warning' });
    return undefined;
  }
  const values = readValues(entry, modifiable[what] ?? []);
  const changes = Object.keys(values).length > 0;
  report(`The ${what} ${done} ${changes ? 'with these values' : 'unchanged'}.`);
  return values;
}

const doneWords: Record<string, string> = { Add: 'is added', Update: 'is updated', Remove: 'is removed' };

/** @returns the values that Twilio takes from the answer; none if it is not JSON */
function readValues(
  { body = '', problems }: WebhookTimelineEntry,
  names: (keyof ModifiedFields)[],
): ModifiedFields {
  if (problems.length > 0 || body.trim() === '' || names.length === 0) return {};
  const answered = JSON.parse(body) as ModifiedFields;
  const values = names.flatMap((name) => (answered[name] === undefined ? [] : [[name, answered[name]]]));
  return Object.fromEntries(values) as ModifiedFields;
}

/** The next one sees what the one before has modified. */
function fieldsOf({ friendly_name, unique_name, attributes, body, author }: ModifiedFields) {
  return {
    ...(friendly_name !== undefined && { FriendlyName: friendly_name }),
    ...(unique_name !== undefined && { UniqueName: unique_name }),
    ...(attributes !== undefined && { Attributes: attributes }),
    ...(body !== undefined && { Body: body }),
    ...(author !== undefined && { Author: author }),
  };
}
