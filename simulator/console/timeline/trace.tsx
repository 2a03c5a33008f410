import type { TimelineEntry } from '../../api';
import { ErrorLink } from '../controls/error-link';
import { Dot } from './dot';
import { type RestCall, RestLine } from './rest-line';
import { TraceHead } from './trace-head';
import { WebhookLine } from './webhook-line';

/** Everything that one message, click or scenario has caused. */
export function Trace({ entries }: { entries: TimelineEntry[] }) {
  const [first, ...rest] = entries;
  if (!first) return null;
  const failed = entries.some(({ state }) => state === 'failed');
  // A REST request is shown below the webhook during which it was made.
  const webhooks = new Set(entries.filter(({ kind }) => kind === 'webhook').map(({ id }) => id));
  const nested = (id: number): RestCall[] =>
    entries.filter((entry): entry is RestCall => entry.kind === 'rest' && entry.during === id);
  const isShownBelow = (entry: TimelineEntry): boolean =>
    entry.kind === 'rest' && entry.during !== undefined && webhooks.has(entry.during);
  const lines = (first.kind === 'note' ? rest : entries).filter((entry) => !isShownBelow(entry));
  return (
    <article class={failed ? 'trace failed' : 'trace'}>
      <TraceHead entries={entries} />
      <ol>
        {lines.map((entry) => (
          <li key={entry.id}>
            {entry.kind === 'webhook' ? (
              <WebhookLine entry={entry} calls={nested(entry.id)} />
            ) : entry.kind === 'rest' ? (
              <RestLine entry={entry} />
            ) : (
              <div
                class={`note ${entry.state}`}
                data-testid={`timeline-entry-${entry.id}`}
                data-name="note"
                data-state={entry.state}
              >
                <Dot state={entry.state} />
                <span>
                  {entry.title}
                  {entry.errorCode !== undefined && <ErrorLink code={entry.errorCode} />}
                  {entry.text && <small>{entry.text}</small>}
                </span>
              </div>
            )}
          </li>
        ))}
      </ol>
    </article>
  );
}
