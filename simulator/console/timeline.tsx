import { useState } from 'preact/hooks';
import type { ActionResult, RestEntry, TimelineEntry, WebhookEntry } from '../api';
import { Icon } from './icons';
import { call, complain, onlyProblems, open, runScenario, snapshot, timeline, traces } from './store';

type Webhook = Extract<TimelineEntry, { kind: 'webhook' }>;
type Rest = Extract<TimelineEntry, { kind: 'rest' }>;

/** What goes on between customers, Twilio, the functions and the app. */
export function Timeline() {
  return (
    <section class="timeline" aria-label="Timeline">
      <header class="side-head">
        <h2>Timeline</h2>
        <div class="switch" role="group" aria-label="What is shown">
          {[false, true].map((only) => (
            <button
              key={String(only)}
              type="button"
              aria-pressed={onlyProblems.value === only}
              data-testid={only ? 'filter-problems' : 'filter-all'}
              onClick={() => (onlyProblems.value = only)}
            >
              {only ? 'Problems' : 'All'}
            </button>
          ))}
        </div>
        <a class="link" href="/api/timeline?format=export" download="timeline.json">
          Export
        </a>
      </header>
      <div class="traces" role="feed" aria-label="Events, the newest first">
        {traces.value.length === 0 && <Empty />}
        {traces.value.slice(0, 100).map((entries) => (
          <Trace key={entries[0]?.trace} entries={entries} />
        ))}
        {traces.value.length > 100 && (
          <p class="empty">
            {traces.value.length - 100} earlier ones are not shown; export the timeline to see all.
          </p>
        )}
      </div>
    </section>
  );
}

function Empty() {
  if (onlyProblems.value && timeline.value.length > 0)
    return <p class="empty">No problems. Everything kept its contract.</p>;
  return (
    <div class="empty big">
      <p>Nothing has happened yet.</p>
      <p>Write a message on a customer’s phone, or let a scenario do it:</p>
      <p class="row">
        {(snapshot.value?.scenarios ?? []).slice(0, 3).map(({ name, title }) => (
          <button key={name} type="button" class="button" onClick={() => void runScenario(name)}>
            <Icon name="play" /> {title}
          </button>
        ))}
      </p>
    </div>
  );
}

function Trace({ entries }: { entries: TimelineEntry[] }) {
  const [first, ...rest] = entries;
  if (!first) return null;
  const failed = entries.some(({ state }) => state === 'failed');
  // A REST request is shown below the webhook during which it was made.
  const webhooks = new Set(entries.filter(({ kind }) => kind === 'webhook').map(({ id }) => id));
  const nested = (id: number): Rest[] =>
    entries.filter((entry): entry is Rest => entry.kind === 'rest' && entry.during === id);
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

function Dot({ state }: { state: TimelineEntry['state'] }) {
  const label = { running: 'under way', ok: 'good', warning: 'warning', failed: 'failed' }[state];
  return <i class={`dot ${state}`} role="img" aria-label={label} />;
}

function toggle(id: number): void {
  const next = new Set(open.value);
  if (!next.delete(id)) next.add(id);
  open.value = next;
}

function WebhookLine({ entry, calls }: { entry: Webhook; calls: Rest[] }) {
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

function RestLine({ entry }: { entry: RestEntry & { id: number; state: TimelineEntry['state'] } }) {
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
        {entry.fault && <em>on purpose: {entry.fault}</em>}
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

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body || '(empty)';
  }
}

function WebhookDetails({ entry }: { entry: Webhook }) {
  const [editing, setEditing] = useState(false);
  const { rule, passedOver = [], ...facts } = entry.decision ?? {};
  const copy = async (): Promise<void> => {
    const response = await fetch(`/api/timeline/${entry.id}/curl`);
    await navigator.clipboard.writeText(await response.text()).then(
      () => complain('Copied: the request as a signed curl command.'),
      () => complain('The browser does not let the page copy.'),
    );
  };
  return (
    <div class="details">
      <div class="row">
        <button
          type="button"
          class="button"
          data-testid={`resend-${entry.id}`}
          onClick={() => setEditing(!editing)}
        >
          Edit &amp; send again
        </button>
        <button type="button" class="button" data-testid={`curl-${entry.id}`} onClick={() => void copy()}>
          Copy as curl
        </button>
      </div>
      {editing ? (
        <EditForm entry={entry} onDone={() => setEditing(false)} />
      ) : (
        <>
          <h3>Request</h3>
          <Fields fields={{ ...entry.fields }} />
        </>
      )}
      <h3>
        Our answer <small>{entry.status ?? 'none'}</small>
      </h3>
      <pre>{pretty(entry.body ?? '')}</pre>
      {(rule || passedOver.length > 0) && (
        <>
          <h3>Why</h3>
          <ol class="why">
            {passedOver.map((one, index) => (
              <li key={index}>
                <code>{one.rule}</code> {one.why}
              </li>
            ))}
            {rule && (
              <li class="match">
                <code>{rule}</code> matched
              </li>
            )}
          </ol>
        </>
      )}
      {Object.keys(facts).length > 0 && (
        <>
          <h3>In the log</h3>
          <pre>{JSON.stringify(facts, null, 2)}</pre>
        </>
      )}
    </div>
  );
}

function Fields({ fields }: { fields: WebhookEntry['fields'] }) {
  return (
    <dl class="fields">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value || '—'}</dd>
        </div>
      ))}
    </dl>
  );
}

function EditForm({ entry, onDone }: { entry: Webhook; onDone(): void }) {
  const [fields, setFields] = useState(entry.fields);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const result = await call<ActionResult>('POST', '/api/resend', { id: entry.id, fields });
    if (result) onDone();
  };
  return (
    <form class="edit" onSubmit={(event) => void send(event)}>
      {Object.entries(fields).map(([name, value]) => (
        <label key={name}>
          <span>{name}</span>
          <input
            class="input"
            data-testid={`edit-${name}`}
            value={value}
            onInput={(event) => setFields({ ...fields, [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <div class="row">
        <button type="submit" class="button primary" data-testid="resend-submit">
          Send
        </button>
        <button type="button" class="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
