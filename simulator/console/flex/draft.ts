import { signal } from '@preact/signals';
import type { FlexOutboundRequest, FlexResult, FlexTemplate } from '../../api';
import type { ListedCustomer } from '../../api-lists';
import { searchCustomers } from '../lists/search-customers';
import { call } from '../state/control-api';
import { loadConversation } from '../state/conversations';
import { showPhoneOf } from '../state/show-conversation';
import { agent, flexResult, snapshot } from '../state/state';

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

/** The longest text that Twilio accepts, in characters. */
export const longest = 1_600;

/** The form's fields. They are kept while a conversation is open. */
export const draft = signal({
  as: 'agent' as keyof typeof callers,
  channel: 'sms',
  /** undefined until the first one is known; `other` while the agent types an address. */
  customer: undefined as ListedCustomer | 'other' | undefined,
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

/** @returns the chosen customer; undefined if there is none who can be reached on this channel */
export function chosenCustomer(): ListedCustomer | undefined {
  const { customer, channel } = draft.value;
  if (customer === undefined || customer === 'other') return undefined;
  return customer.addresses.some(({ type }) => type === channel) ? customer : undefined;
}

/** Chooses the first customer on the channel, unless somebody is chosen or an address is typed. */
export async function chooseFirstCustomer(): Promise<void> {
  const { customer, channel } = draft.value;
  if (customer === 'other' || chosenCustomer()) return;
  const { customers } = await searchCustomers({ query: '', channel, limit: '1' }, undefined);
  if (draft.value.customer === customer && draft.value.channel === channel) {
    changeDraft({ customer: customers[0] });
  }
}

/** Leaves empty fields out: the function reports what is missing. */
function toRequest(): FlexOutboundRequest {
  const { as, channel, to, subject, variables, body, onActive, key } = draft.value;
  const customerId = chosenCustomer()?.customerId;
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
    ...(customerId !== undefined && { customerId }),
    ...(customerId === undefined && to && { to }),
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
  await chooseFirstCustomer();
  const result = await call<FlexResult>('POST', '/api/flex/outbound', toRequest());
  const { conversationSid } = result?.answer ?? {};
  const started = typeof conversationSid === 'string' ? await loadConversation(conversationSid) : undefined;
  flexResult.value = result;
  if (started) await showPhoneOf(started);
}
