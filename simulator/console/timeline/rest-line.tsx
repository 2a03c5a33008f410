import type { TimelineEntry } from '../../api';
import { Dot } from './dot';

export type RestCall = Extract<TimelineEntry, { kind: 'rest' }>;

/** A REST request that reached the local Twilio; opens to show its fields. */
export function RestLine({ entry }: { entry: RestCall }) {
  const path = entry.url
    .replace(/^https:\/\/[^/]+\/v1/, '')
    .replace(/([A-Z]{2})[0-9a-f]{26}([0-9a-f]{6})/g, '$1…$2');
  return (
    <details
      class="rest"
      data-testid={`timeline-entry-${entry.id}`}
      data-name="rest"
      data-state={entry.state}
    >
      <summary>
        <Dot state={entry.state} />
        <code class="grow">
          <b>{entry.method}</b> {path}
        </code>
        {entry.fault && <em>simulated: {entry.fault}</em>}
        {entry.code !== undefined && <b class="code">{entry.code}</b>}
        <span class={`status ${entry.state}`}>{entry.status ?? 'no answer'}</span>
      </summary>
      <dl class="fields">
        <div>
          <dt>URL</dt>
          <dd>{entry.url}</dd>
        </div>
        {Object.entries(entry.form).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {entry.message && (
          <div>
            <dt>error</dt>
            <dd>{entry.message}</dd>
          </div>
        )}
      </dl>
    </details>
  );
}
