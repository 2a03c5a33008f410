import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import type { FlexOutboundRequest, FlexResult, FlexTemplate } from '../api';
import { Choice } from './choice';
import { Icon } from './icons';
import { agent, call, conversations, flexResult, snapshot, takePhoneOf } from './store';

export const channelNames: Record<string, string> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  chat: 'Chat',
  email: 'E-mail',
  messenger: 'Messenger',
  gbm: 'Google Business Messages (ended)',
};

/** What an address on a channel looks like. */
const examples: Record<string, string> = {
  sms: '+1 917 555 0150',
  whatsapp: '+1 917 555 0150',
  chat: 'an identity, e.g. mai.nguyen',
  email: 'name@example.com',
  messenger: 'a page-scoped ID, e.g. 1234567890',
};

const callers = { agent: 'the agent’s plugin', server: 'the CRM' } as const;
const policies = { refuse: 'refuse', reuse: 'write into it' } as const;

/** Instead of a customer: whoever has the address that is written. */
const otherAddress = 'another address';

/** So many characters Twilio takes. */
const longest = 1_600;

/** The form as it is filled in; it outlives a look into a conversation. */
const draft = signal({
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

function change(part: Partial<typeof draft.value>): void {
  draft.value = { ...draft.value, ...part };
}

/** @returns the chosen one; undefined for a text of one's own */
function chosenTemplate(): FlexTemplate | undefined {
  return snapshot.value?.flex.templates.find(({ contentSid }) => contentSid === draft.value.template);
}

/** @returns who can be written to on the channel, by id */
function recipients(): Record<string, string> {
  const onChannel = (snapshot.value?.flex.customers ?? []).flatMap(
    ({ customerId, displayName, channels }) => {
      const address = channels.find(({ type }) => type === draft.value.channel)?.value;
      return address === undefined ? [] : [[customerId, `${displayName} · ${address.replace(/^\w+:/, '')}`]];
    },
  );
  return { ...Object.fromEntries(onChannel), [otherAddress]: 'another address…' };
}

/** @returns the chosen recipient, or the first where the channel does not have the chosen one */
function chosenRecipient(): string {
  const all = recipients();
  const { customer } = draft.value;
  return customer in all ? customer : (Object.keys(all)[0] ?? otherAddress);
}

/** What is left empty is left out: what comes of that is for the function to say. */
function requestOf(): FlexOutboundRequest {
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

async function start(): Promise<void> {
  flexResult.value = undefined;
  const result = await call<FlexResult>('POST', '/api/flex/outbound', requestOf());
  flexResult.value = result;
  const begun = conversations.value.find(({ sid }) => sid === result?.answer.conversationSid);
  if (begun) takePhoneOf(begun);
}

/** The agent writes to a customer first. */
export function NewConversation() {
  const [isStarting, setStarting] = useState(false);
  const { as, channel, onActive } = draft.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setStarting(true);
    await start();
    setStarting(false);
  };
  return (
    <form class="form" aria-labelledby="flex-new" onSubmit={(event) => void submit(event)}>
      <h3 class="part" id="flex-new">
        New conversation
      </h3>
      <div class="pair">
        <Choice
          label="Channel"
          id="flex-channel"
          value={channel}
          options={channelNames}
          onChange={(next) => change({ channel: next })}
        />
        <Choice
          label="Called as"
          id="flex-as"
          value={as}
          options={callers}
          onChange={(next) => change({ as: next })}
        />
      </div>
      <Recipient />
      {channel === 'email' && <Subject />}
      <Content />
      <div class="pair">
        <Choice
          label="If a conversation is open"
          id="flex-active"
          value={onActive}
          options={policies}
          onChange={(next) => change({ onActive: next })}
        />
        <IdempotencyKey />
      </div>
      <button type="submit" class="button primary" data-testid="flex-start" disabled={isStarting}>
        {isStarting ? 'Starting…' : 'Start the conversation'}
      </button>
    </form>
  );
}

function Recipient() {
  const recipient = chosenRecipient();
  const { channel, to } = draft.value;
  return (
    <>
      <Choice
        label="Customer"
        id="flex-customer"
        value={recipient}
        options={recipients()}
        onChange={(customer) => change({ customer })}
      />
      {recipient === otherAddress && (
        <label>
          Address
          <input
            class="input"
            data-testid="flex-to"
            placeholder={examples[channel] ?? ''}
            value={to}
            onInput={(event) => change({ to: event.currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

function Subject() {
  return (
    <label>
      Subject
      <input
        class="input"
        data-testid="flex-subject"
        value={draft.value.subject}
        onInput={(event) => change({ subject: event.currentTarget.value })}
      />
    </label>
  );
}

/** A text, or a template with its variables. */
function Content() {
  const templates = snapshot.value?.flex.templates ?? [];
  const template = chosenTemplate();
  const named = templates.map(({ contentSid, language, text }) => [contentSid, `${language}: ${text}`]);
  return (
    <>
      <Choice
        label="Content"
        id="flex-template"
        value={template?.contentSid ?? ''}
        options={{ '': 'write a text', ...Object.fromEntries(named) }}
        onChange={(contentSid) => change({ template: contentSid })}
      />
      {template ? <Variables template={template} /> : <Body />}
    </>
  );
}

function Variables({ template }: { template: FlexTemplate }) {
  const { variables } = draft.value;
  const preview = template.text.replace(
    /\{\{\s*(\w+)\s*\}\}/g,
    (whole, name: string) => variables[name] || whole,
  );
  return (
    <>
      {template.variables.map((name) => (
        <label key={name} class="variable">
          <code>{`{{${name}}}`}</code>
          <input
            class="input"
            aria-label={`Variable ${name}`}
            data-testid={`flex-variable-${name}`}
            value={variables[name] ?? ''}
            onInput={(event) => change({ variables: { ...variables, [name]: event.currentTarget.value } })}
          />
        </label>
      ))}
      <p class="bubble mine" role="note" aria-label="Preview" data-testid="flex-preview">
        {preview}
      </p>
    </>
  );
}

function Body() {
  const { body } = draft.value;
  return (
    <label>
      <span class="counted">
        Text
        <small class={body.length > longest ? 'too-long' : ''} data-testid="flex-count">
          {body.length.toLocaleString('en')} / {longest.toLocaleString('en')}
        </small>
      </span>
      <textarea
        class="input"
        rows={3}
        aria-label="Text"
        data-testid="flex-body"
        value={body}
        onInput={(event) => change({ body: event.currentTarget.value })}
      />
    </label>
  );
}

function IdempotencyKey() {
  return (
    <label>
      Idempotency key
      <span class="with-button">
        <input
          class="input"
          aria-label="Idempotency key"
          placeholder="none"
          data-testid="flex-key"
          value={draft.value.key}
          onInput={(event) => change({ key: event.currentTarget.value })}
        />
        <button
          type="button"
          class="icon-button"
          aria-label="Make a new key"
          title="Make a new key"
          data-testid="flex-new-key"
          onClick={() => change({ key: crypto.randomUUID() })}
        >
          <Icon name="plus" />
        </button>
      </span>
    </label>
  );
}
