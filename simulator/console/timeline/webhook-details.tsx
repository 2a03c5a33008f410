import { useState } from 'preact/hooks';
import type { ActionResult, TimelineEntry, WebhookEntry } from '../../api';
import { Output } from '../controls/scrollable';
import { call, showToast } from '../state/control-api';
import { showEntry } from './highlight';

export type Webhook = Extract<TimelineEntry, { kind: 'webhook' }>;

/** The request, our answer, and the reasons. The request can be edited and resent. */
export function WebhookDetails({ entry }: { entry: Webhook }) {
  const [editing, setEditing] = useState(false);
  const { rule, passedOver = [], ...facts } = entry.decision ?? {};
  const copy = async (): Promise<void> => {
    const response = await fetch(`/api/timeline/${entry.id}/curl`);
    await navigator.clipboard.writeText(await response.text()).then(
      () => showToast('Copied the request as a signed curl command.'),
      () => showToast('The browser does not allow this page to copy.'),
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
          Edit and resend
        </button>
        <button type="button" class="button" data-testid={`curl-${entry.id}`} onClick={() => void copy()}>
          Copy as curl
        </button>
      </div>
      {editing ? (
        <EditForm entry={entry} onDone={() => setEditing(false)} />
      ) : (
        <>
          <h4>Request</h4>
          <Fields fields={{ ...entry.fields }} />
        </>
      )}
      {entry.outcome && (
        <>
          <h4>At Twilio</h4>
          <p>{entry.outcome}</p>
        </>
      )}
      <h4>
        Our answer <small>{entry.status ?? 'none'}</small>
      </h4>
      <Output label="Our answer" text={pretty(entry.body ?? '')} />
      {(rule || passedOver.length > 0) && (
        <>
          <h4>Why</h4>
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
          <h4>In the log</h4>
          <Output label="In the log" text={JSON.stringify(facts, null, 2)} />
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
  const resendWebhook = async (event: Event): Promise<void> => {
    event.preventDefault();
    const result = await call<ActionResult>('POST', '/api/resend', { id: entry.id, fields });
    if (!result) return;
    onDone();
    const sent = result.entries.find((one) => one.kind === 'webhook' && one.name === entry.name);
    if (sent) showEntry(sent.id);
  };
  return (
    <form class="edit" onSubmit={(event) => void resendWebhook(event)}>
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
          Resend
        </button>
        <button type="button" class="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body || '(empty)';
  }
}
