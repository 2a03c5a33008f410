import { Icon } from '../controls/icon';
import { open } from '../state/state';
import { Dot } from './dot';
import { type RestCall, RestLine } from './rest-line';
import { type Webhook, WebhookDetails } from './webhook-details';

function toggle(id: number): void {
  const next = new Set(open.value);
  if (!next.delete(id)) next.add(id);
  open.value = next;
}

/** A webhook with the REST requests that the function made; opens to show request and answer. */
export function WebhookLine({ entry, calls }: { entry: Webhook; calls: RestCall[] }) {
  const isOpen = open.value.has(entry.id);
  const share = Math.min(1, (entry.ms ?? 0) / entry.limitMs);
  const level = share > 0.9 ? 'failed' : share > 0.5 ? 'warning' : 'ok';
  return (
    <div
      class={`webhook ${entry.state}`}
      data-testid={`timeline-entry-${entry.id}`}
      data-name={entry.name}
      data-state={entry.state}
    >
      <button type="button" class="webhook-head" aria-expanded={isOpen} onClick={() => toggle(entry.id)}>
        <Dot state={entry.state} />
        <span class="grow">
          <code>{entry.name}</code>
          {entry.delivery > 1 && <em>again</em>}
          {entry.decision?.rule && <b class="pill">{entry.decision.rule}</b>}
        </span>
        {entry.errorCode !== undefined && <b class="code">{entry.errorCode}</b>}
        <span class={`status ${entry.state}`}>
          {entry.state === 'running' ? '…' : (entry.status ?? 'no answer')}
        </span>
        <span class="meter" title={`${entry.ms ?? '…'} ms of ${entry.limitMs} ms`}>
          <i class={level} style={{ '--share': String(share) }} />
          <small>{entry.ms ?? '…'} ms</small>
        </span>
        <Icon name="chevron" />
      </button>
      {entry.outcome && <p class="outcome">{entry.outcome}</p>}
      {entry.problems.map(({ field, problem }) => (
        <p class="problem" key={field + problem}>
          <b>{field || 'answer'}</b> {problem}
        </p>
      ))}
      {calls.map((one) => (
        <RestLine key={one.id} entry={one} />
      ))}
      {isOpen && <WebhookDetails entry={entry} />}
    </div>
  );
}
