import { signal } from '@preact/signals';
import type { FlexOutboundRequest, FlexResult, FlexTemplate } from '../../api';
import { call } from '../state/control-api';
import { showPhoneOf } from '../state/show-conversation';
import { agent, conversations, flexResult, snapshot } from '../state/state';

/** The name of each channel. */
export const channelNames: Record<string, string> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  chat: 'Chat',
  email: 'E-mail',
  messenger: 'Messenger',
  gbm: 'Google Business Messages (ended)',
};

/** An example of an address on each channel. */
export const examples: Record<string, string> = {
  sms: '+1 917 555 0150',
  whatsapp: '+1 917 555 0150',
  chat: 'an identity, e.g. mai.nguyen',
  email: 'name@example.com',
  messenger: 'a page-scoped ID, e.g. 1234567890',
};

export const callers = { agent: 'the agent’s plugin', server: 'the CRM' } as const;
export const policies = { refuse: 'reject', reuse: 'reuse it' } as const;

/** The choice of an agent who types an address instead of choosing a customer. */
export const otherAddress = 'another address';

/** The longest text that Twilio accepts, in characters. */
export const longest = 1_600;

/** The form's fields. They are kept while a conversation is open. */
export const draft = signal({
  as: 'agent' as keyof typeof callers,
  channel: 'sms',
  customer: '',
  to: '',
  subject: '',
  template: '',
  variables: {} as Record<string, string>,
  body: '',
  onActive: 'refuse' as keyof typeof policies,
  key: '',
});

/** Changes some fields. */
export function changeDraft(part: Partial<typeof draft.value>): void {
  draft.value = { ...draft.value, ...part };
}

/** @returns the chosen template; undefined while the agent writes a text */
export function chosenTemplate(): FlexTemplate | undefined {
  return snapshot.value?.flex.templates.find(({ contentSid }) => contentSid === draft.value.template);
}

/** @returns the customers who can be reached on the channel, by id */
export function recipients(): Record<string, string> {
  const onChannel = (snapshot.value?.flex.customers ?? []).flatMap(
    ({ customerId, displayName, channels }) => {
      const address = channels.find(({ type }) => type === draft.value.channel)?.value;
      return address === undefined ? [] : [[customerId, `${displayName} · ${address.replace(/^\w+:/, '')}`]];
    },
  );
  return { ...Object.fromEntries(onChannel), [otherAddress]: 'another address…' };
}

/** @returns the chosen recipient, or the first one when the chosen one is not on this channel */
export function chosenRecipient(): string {
  const all = recipients();
  const { customer } = draft.value;
  return customer in all ? customer : (Object.keys(all)[0] ?? otherAddress);
}

/** Leaves empty fields out: the function reports what is missing. */
function toRequest(): FlexOutboundRequest {
  const { as, channel, to, subject, variables, body, onActive, key } = draft.value;
  const recipient = chosenRecipient();
  const template = chosenTemplate();
  const filled = (template?.variables ?? []).flatMap((name) => {
    const value = variables[name];
    return value ? [[name, value]] : [];
  });
  return {
    agent: agent.value,
    as,
    channel,
    onActive,
    ...(recipient !== otherAddress && { customerId: recipient }),
    ...(recipient === otherAddress && to && { to }),
    ...(channel === 'email' && subject && { subject }),
    ...(template && { contentSid: template.contentSid }),
    ...(filled.length > 0 && { contentVariables: Object.fromEntries(filled) }),
    ...(!template && body && { body }),
    ...(key && { idempotencyKey: key }),
  };
}

/** Starts the conversation and shows the result. */
export async function startOutbound(): Promise<void> {
  flexResult.value = undefined;
  const result = await call<FlexResult>('POST', '/api/flex/outbound', toRequest());
  flexResult.value = result;
  const started = conversations.value.find(({ sid }) => sid === result?.answer.conversationSid);
  if (started) showPhoneOf(started);
}
