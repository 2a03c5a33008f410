import { useEffect, useRef, useState } from 'preact/hooks';
import type { FlexTemplate } from '../../api';
import type { ListedCustomer } from '../../api-lists';
import { Choice } from '../controls/choice';
import { Icon } from '../controls/icon';
import { Combobox, type Option } from '../lists/combobox';
import { addressOn, searchCustomers } from '../lists/search-customers';
import { epoch, snapshot } from '../state/state';
import {
  callers,
  changeDraft,
  channelNames,
  chooseFirstCustomer,
  chosenCustomer,
  chosenTemplate,
  draft,
  examples,
  longest,
  policies,
  startOutbound,
} from './draft';

/** The form with which an agent starts a conversation. */
export function NewConversation() {
  const [isStarting, setStarting] = useState(false);
  const { as, channel, onActive } = draft.value;
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    setStarting(true);
    await startOutbound();
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
          onChange={(next) => changeDraft({ channel: next })}
        />
        <Choice
          label="Called by"
          id="flex-as"
          value={as}
          options={callers}
          onChange={(next) => changeDraft({ as: next })}
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
          onChange={(next) => changeDraft({ onActive: next })}
        />
        <IdempotencyKey />
      </div>
      <button type="submit" class="button primary" data-testid="flex-start" disabled={isStarting}>
        {isStarting ? 'Starting…' : 'Start conversation'}
      </button>
    </form>
  );
}

const otherAddress = { id: 'other', text: 'Another address…' };

function Recipient() {
  const customer = chosenCustomer();
  const { channel, to } = draft.value;
  const found = useRef(new Map<string, ListedCustomer>());
  useEffect(() => void chooseFirstCustomer(), [channel, epoch.value]);
  return (
    <>
      <div class="field">
        <span aria-hidden="true">Customer</span>
        <Combobox
          label="Customer"
          id="flex-customer"
          value={customer ? `${customer.displayName} · ${addressOn(customer, channel)}` : otherAddress.text}
          placeholder="Name, number, e-mail, or customer ID"
          fixed={[otherAddress]}
          search={async (query, after) => {
            const { customers, next } = await searchCustomers({ query, channel }, after);
            for (const one of customers) found.current.set(toOption(one, channel).id, one);
            return { items: customers.map((one) => toOption(one, channel)), next };
          }}
          onChoose={({ id }) => changeDraft({ customer: found.current.get(id) ?? 'other' })}
        />
      </div>
      {!customer && (
        <label>
          Address
          <input
            class="input"
            data-testid="flex-to"
            placeholder={examples[channel] ?? ''}
            value={to}
            onInput={(event) => changeDraft({ to: event.currentTarget.value })}
          />
        </label>
      )}
    </>
  );
}

function toOption(customer: ListedCustomer, channel: string): Option {
  return {
    id: customer.customerId ?? customer.phone ?? '',
    text: customer.displayName,
    detail: addressOn(customer, channel),
  };
}

function Subject() {
  return (
    <label>
      Subject
      <input
        class="input"
        data-testid="flex-subject"
        value={draft.value.subject}
        onInput={(event) => changeDraft({ subject: event.currentTarget.value })}
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
        options={{ '': 'a text', ...Object.fromEntries(named) }}
        onChange={(contentSid) => changeDraft({ template: contentSid })}
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
            onInput={(event) =>
              changeDraft({ variables: { ...variables, [name]: event.currentTarget.value } })
            }
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
        onInput={(event) => changeDraft({ body: event.currentTarget.value })}
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
          onInput={(event) => changeDraft({ key: event.currentTarget.value })}
        />
        <button
          type="button"
          class="icon-button"
          aria-label="Make a new key"
          title="Make a new key"
          data-testid="flex-new-key"
          onClick={() => changeDraft({ key: crypto.randomUUID() })}
        >
          <Icon name="plus" />
        </button>
      </span>
    </label>
  );
}
