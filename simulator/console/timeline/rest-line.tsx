import type { TimelineEntry } from '../../api';
import { ErrorLink } from '../controls/error-link';
import { Dot } from './dot';
import { foldCalls, shortPath } from './fold-calls';

export type RestCall = Extract<TimelineEntry, { kind: 'rest' }>;

/** The REST requests of a webhook, repeated ones folded. */
export function RestLines({ calls }: { calls: RestCall[] }) {
  return (
    <>
      {foldCalls(calls).map(({ path, calls: [first, ...others] }) =>
        others.length === 0 ? (
          <RestLine key={first.id} entry={first} />
        ) : (
          <details key={first.id} class="rest" data-testid={`folded-${first.id}`}>
            <summary>
              <RestHead entry={first} path={path} times={1 + others.length} />
            </summary>
            <div class="folded">
              {[first, ...others].map((entry) => (
                <RestLine key={entry.id} entry={entry} />
              ))}
            </div>
          </details>
        ),
      )}
    </>
  );
}

/** A REST request that reached the local Twilio; opens to show its fields. */
export function RestLine({ entry }: { entry: RestCall }) {
  return (
    <details
      class="rest"
      data-testid={`timeline-entry-${entry.id}`}
      data-name="rest"
      data-state={entry.state}
    >
      <summary>
        <RestHead entry={entry} path={shortPath(entry.url)} />
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
        {(entry.message || entry.code !== undefined) && (
          <div>
            <dt>error</dt>
            <dd>
              {entry.code !== undefined && <ErrorLink code={entry.code} />} {entry.message}
            </dd>
          </div>
        )}
      </dl>
    </details>
  );
}

function RestHead({ entry, path, times }: { entry: RestCall; path: string; times?: number }) {
  return (
    <>
      <Dot state={entry.state} />
      <code class="grow">
        {times !== undefined && `${times} × `}
        <b>{entry.method}</b> {path}
      </code>
      {entry.fault && <em>simulated: {entry.fault}</em>}
      {entry.code !== undefined && <b class="code">{entry.code}</b>}
      <span class={`status ${entry.state}`}>{entry.status ?? 'no answer'}</span>
    </>
  );
}
