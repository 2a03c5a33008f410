import type { TimelineEntry } from '../../api';
import { Dot } from './dot';
import { type RestCall, RestLine } from './rest-line';
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
      {first.kind === 'note' && (
        <header data-testid={`timeline-entry-${first.id}`} data-state={first.state}>
          <strong>{first.title}</strong>
          {first.text && <small>{first.text}</small>}
          <time dateTime={first.at}>{first.at.slice(11, 19)}</time>
        </header>
      )}
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
                  {entry.errorCode !== undefined && <b class="code">{entry.errorCode}</b>}
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
