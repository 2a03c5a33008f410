/**
 * The console's page. Every control has a `data-testid`, for tests.
 *
 * Phones: `phone-<number>`, `phone-picker` (a combobox; its options are `phone-picker-option-<number>` and
 * `phone-picker-option-new`), `new-phone`, `new-phone-number`, `new-phone-add`, `phone-input`,
 * `phone-send`, `message` (with `data-author`).
 *
 * Middle: `view-timeline`, `view-conversations`, `view-data`.
 *
 * Timeline: `timeline-entry-<id>` (with `data-name`, `data-state`), `resend-<id>`, `edit-<field>`, `resend-submit`,
 * `only-conversation`, `show-all`.
 *
 * Conversations: `conversation-search`, `conversation-state`, `conversation-unrouted`, `conversation-<sid>` with
 * `open-<sid>`, `add-worker-<sid>`, `activate-<sid>`, `deactivate-<sid>`, `close-<sid>`.
 *
 * Data: `data-customers`, `data-routing`, `data-templates`, `data-problems`, `data-search`, `data-row-<key>`,
 * `data-open-<id>`, `data-values`, `data-problem` (with `data-severity`).
 *
 * Faults: `faults`, `faults-reset`, `faults-off`, `faults-undo`.
 *
 * Top bar: `badge-local`, `menu-scenarios`, `scenario-<name>`, `scenario-result` (with `data-ok`), `menu-settings`,
 * `settings-…`, `settings-reset`, `settings-reset-all`.
 *
 * Frontline: `side-frontline`, `worker-select`, `worker-chat-<sid>`, `worker-input`, `worker-send`,
 * `customer-row-<id>`, `start-<channel>`.
 *
 * Flex: `side-flex`, `flex-agent`, `flex-as`, `flex-channel`, `flex-customer` (a combobox), `flex-to`, `flex-subject`,
 * `flex-template`, `flex-variable-<name>`, `flex-preview`, `flex-body`, `flex-count`, `flex-active`, `flex-key`,
 * `flex-new-key`, `flex-start`, `flex-result` (with `data-status`), `flex-open`, `flex-interaction-<sid>` (with
 * `data-status`), `flex-input`, `flex-send`, `flex-close`, `flex-back`.
 */
import { render } from 'preact';
import { Center } from './center';
import { Phones } from './phones/phones';
import { Side } from './side';
import { toasts } from './state/control-api';
import { connect } from './state/server-events';
import { connected, pane, snapshot } from './state/state';
import './styles.css';
import { FaultBar } from './topbar/fault-bar';
import { ScenarioResult } from './topbar/scenario-result';
import { applyTheme } from './topbar/theme';
import { TopBar } from './topbar/topbar';

const panes = { customer: 'Customer', timeline: 'Timeline', worker: 'Worker' } as const;

function App() {
  const build = snapshot.value?.build;
  return (
    <>
      <TopBar />
      {!connected.value && (
        <p class="banner failed" role="alert">
          The local Twilio does not answer. Start it again with <code>npm start</code>; this page then
          reconnects.
        </p>
      )}
      {build && !build.ok && (
        <details class="banner failed" open>
          <summary>The last build failed; the previous build is still running.</summary>
          <pre>{build.report}</pre>
        </details>
      )}
      <FaultBar />
      <ScenarioResult />
      <div class="panes" role="tablist" aria-label="Panes">
        {(Object.keys(panes) as (keyof typeof panes)[]).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            aria-selected={pane.value === name}
            data-testid={`pane-${name}`}
            onClick={() => (pane.value = name)}
          >
            {panes[name]}
          </button>
        ))}
      </div>
      {snapshot.value ? (
        <main data-pane={pane.value}>
          <Phones />
          <Center />
          <Side />
        </main>
      ) : (
        <p class="empty big">Looking for the local Twilio…</p>
      )}
      <div class="toasts" role="alert">
        {toasts.value.map(({ id, text }) => (
          <p key={id}>{text}</p>
        ))}
      </div>
    </>
  );
}

applyTheme();
connect();
const root = document.getElementById('app');
if (root) render(<App />, root);
