/**
 * The console's page. Every control has a `data-testid`, for tests.
 *
 * Phones: `phone-<number>`, `phone-picker` (a combobox; its options are `phone-picker-option-<number>` and
 * `phone-picker-option-new`), `new-phone`, `new-phone-number`, `new-phone-add`, `phone-input`,
 * `phone-send`, `message` (with `data-author`).
 *
 * Middle: `view-timeline`, `view-conversations`, `view-data`.
 *
 * Timeline: `timeline-entry-<id>` (with `data-name`, `data-state`, `data-highlighted`), `decision`, `folded-<id>`, `resend-<id>`,
 * `edit-<field>`, `resend-submit`, `new-entries`, `only-conversation`, `show-all`.
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
 * `settings-…`, `settings-reset`, `settings-reset-all`, `fault-about`, `fault-kind`, `fault-times`, `fault-add`, `fault`,
 * `fault-remove-<index>`, `toast`.
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
import { Toasts } from './controls/toasts';
import { Phones } from './phones/phones';
import { Side } from './side';
import { connect } from './state/server-events';
import { connected, pane, snapshot } from './state/state';
import './styles.css';
import { BuildBanner } from './topbar/build-banner';
import { FaultBar } from './topbar/fault-bar';
import { ScenarioResult } from './topbar/scenario-result';
import { applyTheme } from './topbar/theme';
import { TopBar } from './topbar/topbar';

const panes = { customer: 'Customer', timeline: 'Timeline', worker: 'Worker' } as const;

function App() {
  return (
    <>
      <TopBar />
      {!connected.value && (
        <p class="banner failed" role="alert">
          The local Twilio does not answer. Start it again with <code>npm start</code>; this page then
          reconnects.
        </p>
      )}
      <BuildBanner />
      <FaultBar />
      <ScenarioResult />
      <Toasts />
      <nav class="panes" aria-label="Panes">
        {(Object.keys(panes) as (keyof typeof panes)[]).map((name) => (
          <button
            key={name}
            type="button"
            aria-current={pane.value === name ? 'true' : undefined}
            data-testid={`pane-${name}`}
            onClick={() => (pane.value = name)}
          >
            {panes[name]}
          </button>
        ))}
      </nav>
      {snapshot.value ? (
        <main data-pane={pane.value}>
          <Phones />
          <Center />
          <Side />
        </main>
      ) : (
        <main>
          <p class="empty big">Looking for the local Twilio…</p>
        </main>
      )}
    </>
  );
}

applyTheme();
connect();
const root = document.getElementById('app');
if (root) render(<App />, root);
