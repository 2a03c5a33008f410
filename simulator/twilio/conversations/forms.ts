import { refuse } from '../http/error-list';
import { invalid } from '../http/errors';
import { readJson } from '../http/request';
import type { NewConversation, NewMessage, NewParticipant } from './model';

type Form = Record<string, string>;

/** Renders the text of a message from its Content template. */
export interface Templates {
  render(contentSid: string, variables: Record<string, string>): string;
}

/** @throws TwilioError 400/50378 for a state that only Twilio can give */
export function readConversation(form: Form): NewConversation {
  const { State: state } = form;
  if (state === 'initializing') throw refuse(50378, 'Supported values are active, inactive, closed');
  const timers = {
    ...(form['Timers.Inactive'] !== undefined && { inactive: form['Timers.Inactive'] }),
    ...(form['Timers.Closed'] !== undefined && { closed: form['Timers.Closed'] }),
  };
  return {
    friendlyName: form.FriendlyName,
    uniqueName: form.UniqueName,
    attributes: form.Attributes,
    state: state as NewConversation['state'],
    messagingServiceSid: form.MessagingServiceSid,
    timers,
    ...readDates(form),
  };
}

/** @throws TwilioError 400/50421 for a negative index */
export function readParticipant(form: Form): NewParticipant {
  const { LastReadMessageIndex: index } = form;
  return {
    identity: form.Identity,
    address: form['MessagingBinding.Address'],
    proxyAddress: form['MessagingBinding.ProxyAddress'],
    projectedAddress: form['MessagingBinding.ProjectedAddress'],
    attributes: form.Attributes,
    roleSid: form.RoleSid,
    lastReadMessageIndex: readIndex(index),
    lastReadTimestamp: form.LastReadTimestamp,
    ...readDates(form),
  };
}

/** @returns an index; null for an empty text, which removes it */
export function readIndex(text: string | undefined): number | null | undefined {
  if (text === undefined) return undefined;
  if (text === '') return null;
  if (Number(text) < 0) throw refuse(50421);
  return Number(text);
}

/** With a template, the rendered text replaces `Body`. It is unknown whether Twilio answers that text. */
export function readMessage(form: Form, content: Templates): NewMessage {
  const { ContentSid: contentSid, ContentVariables: variables, Body: body } = form;
  const values = readVariables(variables || '{}');
  const rendered = contentSid === undefined ? body : content.render(contentSid, values);
  return {
    author: form.Author,
    body: rendered,
    attributes: form.Attributes,
    contentSid,
    subject: form.Subject,
    mediaSids: form.MediaSid === undefined ? undefined : [form.MediaSid],
    ...readDates(form),
  };
}

/**
 * Reads one participant of `ConversationWithParticipants`: JSON with the parameters of a participant.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/conversation-with-participants-resource
 * @throws TwilioError 400/20001 for a text that is not such JSON, or has other fields
 */
export function readParticipantJson(text: string): NewParticipant {
  const { messaging_binding = {}, ...rest } = readObject(text);
  if (typeof messaging_binding !== 'object' || messaging_binding === null) {
    throw invalid('messaging_binding of a Participant must be a JSON object');
  }
  const binding = messaging_binding as Record<string, unknown>;
  return {
    ...pick(rest, { identity: 'identity', attributes: 'attributes', role_sid: 'roleSid' }),
    ...pick(binding, {
      address: 'address',
      proxy_address: 'proxyAddress',
      projected_address: 'projectedAddress',
    }),
  };
}

function pick(given: Record<string, unknown>, names: Record<string, keyof NewParticipant>): NewParticipant {
  const entries = Object.entries(given).map(([name, value]) => {
    const target = names[name];
    if (target === undefined) throw invalid(`Participant has no field ${name}`);
    if (typeof value !== 'string') throw invalid(`${name} of a Participant must be text`);
    return [target, value];
  });
  return Object.fromEntries(entries) as NewParticipant;
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>;
    }
  } catch {
    // falls through to the error below
  }
  throw invalid('Participant must be a JSON object');
}

function readDates({ DateCreated, DateUpdated }: Form): { dateCreated?: Date; dateUpdated?: Date } {
  return {
    ...(DateCreated !== undefined && { dateCreated: new Date(DateCreated) }),
    ...(DateUpdated !== undefined && { dateUpdated: new Date(DateUpdated) }),
  };
}

/**
 * Twilio's page on 21656 is about the Messages API; for Conversations it documents no code. That variables without a
 * template are checked, too, is unsure. Numbers and booleans were answered 21656, too:
 * github.com/segmentio/action-destinations/pull/3794
 *
 * @throws TwilioError 400/20001 for a text that is not such JSON
 */
function readVariables(text: string): Record<string, string> {
  const variables = readJson('ContentVariables', text);
  for (const [name, value] of Object.entries(variables)) {
    if (typeof value !== 'string') throw invalid(`ContentVariables must have text for ${name}`);
  }
  return variables as Record<string, string>;
}
