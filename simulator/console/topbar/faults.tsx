import { signal } from '@preact/signals';
import type { Faults, RequestFault, SettingsChange, WebhookFault } from '../../api';
import { faultSentences } from '../../fault-sentences';
import { requestTargets, webhookTargets } from '../../fault-targets';
import { Choice } from '../controls/choice';
import { Icon } from '../controls/icon';

/** A fault without what it is about, and how often it happens. */
type Kind<F> = F extends unknown ? Omit<F, 'on' | 'times' | 'every' | 'probability' | 'seed'> : never;

const webhookKinds: Record<string, [string, Kind<WebhookFault>]> = {
  500: ['answered 500', { kind: 'error', status: 500 }],
  'done-500': ['answered 500, after the work is done', { kind: 'error', status: 500, done: true }],
  slow: ['6 s late', { kind: 'slow', ms: 6_000 }],
  down: ['connection refused', { kind: 'down' }],
  'not-json': ['answered with an HTML page', { kind: 'notJson' }],
  cut: ['cut off halfway', { kind: 'cut' }],
};
const requestKinds: Record<string, [string, Kind<RequestFault>]> = {
  429: ['answered 429', { kind: 'error', status: 429 }],
  'retry-after': ['answered 429 with Retry-After', { kind: 'error', status: 429, retryAfter: 1 }],
  500: ['answered 500', { kind: 'error', status: 500 }],
  'done-500': ['answered 500, after the work is done', { kind: 'error', status: 500, done: true }],
  cut: ['cut off halfway', { kind: 'cut' }],
  'done-cut': ['cut off halfway, after the work is done', { kind: 'cut', done: true }],
  drip: ['one byte per second', { kind: 'drip', ms: 1_000 }],
  reset: ['connection reset', { kind: 'reset' }],
  hang: ['no answer', { kind: 'hang' }],
  'done-hang': ['no answer, after the work is done', { kind: 'hang', done: true }],
  late: ['2 s late', { kind: 'late', ms: 2_000 }],
};

const about = signal('webhook onConversationRoute');
const kind = signal('500');
const times = signal('');

const subjects = Object.fromEntries([
  ...['all', ...webhookTargets].map((on) => [`webhook ${on}`, on === 'all' ? 'All webhooks' : on]),
  ...['all', ...requestTargets].map((on) => [`request ${on}`, on === 'all' ? 'All REST requests' : on]),
]) as Record<string, string>;

/** What goes wrong with single webhooks and REST requests. */
export function FaultsForm({ faults, change }: { faults: Faults; change(part: SettingsChange): void }) {
  const isWebhook = about.value.startsWith('webhook ');
  const kinds: Record<string, [string, object]> = isWebhook ? webhookKinds : requestKinds;
  const chosen = kind.value in kinds ? kind.value : '500';
  const { webhooks, requests } = faults;
  const add = (): void => {
    const fault = {
      ...kinds[chosen]?.[1],
      on: about.value.replace(/^\w+ /, ''),
      ...(Number(times.value) >= 1 && { times: Math.floor(Number(times.value)) }),
    };
    change({
      faults: isWebhook
        ? { webhooks: [...webhooks, fault as WebhookFault] }
        : { requests: [...requests, fault as RequestFault] },
    });
  };
  const remove = (index: number): void => {
    const others = [...webhooks, ...requests].filter((_, at) => at !== index);
    const isOfWebhook = index < webhooks.length;
    const left = webhooks.length - (isOfWebhook ? 1 : 0);
    change({
      faults: {
        webhooks: others.slice(0, left) as WebhookFault[],
        requests: others.slice(left) as RequestFault[],
      },
    });
  };
  return (
    <fieldset class="form faults" data-testid="faults-form">
      <legend>What goes wrong</legend>
      <Choice
        label="With"
        id="fault-about"
        value={about.value}
        options={subjects}
        onChange={(value) => (about.value = value)}
      />
      <Choice
        label="How"
        id="fault-kind"
        value={chosen}
        options={Object.fromEntries(Object.entries(kinds).map(([name, [label]]) => [name, label]))}
        onChange={(value) => (kind.value = value)}
      />
      <label>
        How often
        <input
          class="input"
          type="number"
          min={1}
          placeholder="always"
          data-testid="fault-times"
          value={times.value}
          onInput={(event) => (times.value = event.currentTarget.value)}
        />
      </label>
      <button type="button" class="button" data-testid="fault-add" onClick={add}>
        Add
      </button>
      {faultSentences(faults).map((text, index) => (
        <p key={`${index} ${text}`} class="row" data-testid="fault">
          <span class="grow">{text}</span>
          <button
            type="button"
            class="icon-button"
            aria-label={`Remove: ${text}`}
            data-testid={`fault-remove-${index}`}
            onClick={() => remove(index)}
          >
            <Icon name="close" />
          </button>
        </p>
      ))}
    </fieldset>
  );
}
