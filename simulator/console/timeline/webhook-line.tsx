import { useEffect, useRef } from 'preact/hooks';
import { decisionSentence, isRouting } from '../../decision-sentence';
import { ErrorLink } from '../controls/error-link';
import { Icon } from '../controls/icon';
import { nameOf } from '../state/names';
import { open } from '../state/state';
import { Dot } from './dot';
import { highlighted } from './highlight';
import { type RestCall, RestLines } from './rest-line';
import { type Webhook, WebhookDetails } from './webhook-details';

function toggle(id: number): void {
  const next = new Set(open.value);
  if (!next.delete(id)) next.add(id);
  open.value = next;
}

/** A webhook: first what was decided, then the REST requests that the function made; opens to show request and answer. */
export function WebhookLine({ entry, calls }: { entry: Webhook; calls: RestCall[] }) {
  const line = useRef<HTMLDivElement>(null);
  const isOpen = open.value.has(entry.id);
  const isHighlighted = highlighted.value === entry.id;
  useEffect(() => {
    if (!isHighlighted) return;
    line.current?.scrollIntoView({ block: 'nearest' });
    line.current?.querySelector('button')?.focus({ preventScroll: true });
  }, [isHighlighted]);
  // The card's head says who got the conversation.
  const sentence = isRouting(entry) ? undefined : decisionSentence(entry, nameOf, calls);
  // Where all went well, the sentence says more than what Twilio does with the answer.
  const outcome = sentence === undefined || entry.state !== 'ok' ? entry.outcome : undefined;
  return (
    <div
      ref={line}
      class={`webhook ${entry.state} ${isHighlighted ? 'highlighted' : ''}`}
      data-testid={`timeline-entry-${entry.id}`}
      data-name={entry.name}
      data-state={entry.state}
      data-highlighted={isHighlighted}
    >
      <button type="button" class="webhook-head" aria-expanded={isOpen} onClick={() => toggle(entry.id)}>
        <Dot state={entry.state} />
        <span class="grow">
          {sentence !== undefined && <strong data-testid="decision">{sentence}</strong>}
          <span class="event">
            <code>{entry.name}</code>
            {entry.delivery > 1 && <em>again</em>}
            {entry.fault && <em>simulated: {entry.fault}</em>}
            {entry.decision?.rule && <b class="pill">{entry.decision.rule}</b>}
          </span>
        </span>
        <span class={`status ${entry.state}`}>
          {entry.state === 'running' ? '…' : (entry.status ?? 'no answer')}
        </span>
        <Meter entry={entry} />
        <Icon name="chevron" />
      </button>
      {outcome && <p class="outcome">{outcome}</p>}
      <Problems entry={entry} />
      <RestLines calls={calls} />
      {isOpen && <WebhookDetails entry={entry} />}
    </div>
  );
}

/** How much of its time limit the answer took. */
function Meter({ entry: { ms, limitMs } }: { entry: Webhook }) {
  const share = Math.min(1, (ms ?? 0) / limitMs);
  const level = share > 0.9 ? 'failed' : share > 0.5 ? 'warning' : 'ok';
  return (
    <span class="meter" title={`${ms ?? '…'} ms of ${limitMs} ms`}>
      <i class={level} style={{ '--share': String(share) }} />
      <small>{ms ?? '…'} ms</small>
    </span>
  );
}

/** What breaks the contract, with the codes of Twilio and of our answer. */
function Problems({ entry: { problems, errorCode, status, body } }: { entry: Webhook }) {
  const codes = [errorCode, (status ?? 0) >= 400 ? codeIn(body) : undefined].filter(
    (code) => code !== undefined,
  );
  if (problems.length === 0 && codes.length === 0) return null;
  return (
    <div class="problems">
      {problems.map(({ field, problem }) => (
        <p key={field + problem}>
          {field && <b>{field} </b>}
          {problem}
        </p>
      ))}
      {codes.length > 0 && (
        <p>
          {codes.map((code) => (
            <ErrorLink key={code} code={code} />
          ))}
        </p>
      )}
    </div>
  );
}

/** @returns the code of our error answer */
function codeIn(body = ''): string | undefined {
  try {
    const { code } = JSON.parse(body) as { code?: unknown };
    return typeof code === 'string' ? code : undefined;
  } catch {
    return undefined;
  }
}
