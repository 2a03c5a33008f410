import type { Faults, RoutingMode, Settings } from '../../api';
import { Choice } from '../controls/choice';
import { call } from '../state/control-api';
import { snapshot } from '../state/state';
import { closesMenu } from './menu';

const routing: Record<RoutingMode, string> = {
  custom: 'Custom: our routing callback',
  pool: 'Pool: Twilio picks an available worker',
  none: 'Do not route',
};
const rest: Record<Faults['rest'], string> = {
  none: 'normally',
  429: 'with 429 Too Many Requests',
  500: 'with 500 Internal Server Error',
  hang: 'never',
  torn: 'incompletely, after doing the work',
  drip: 'slowly, at one byte per second',
};

/** Routing, and the faults that the local Twilio simulates. */
export function SettingsForm() {
  const settings = snapshot.value?.settings;
  if (!settings) return null;
  const change = (part: Partial<Omit<Settings, 'faults'>> & { faults?: Partial<Faults> }): void =>
    void call('PATCH', '/api/settings', part);
  const { faults } = settings;
  return (
    <div class="form">
      <Choice
        label="Inbound conversations"
        id="settings-routing"
        value={settings.routingMode}
        options={routing}
        onChange={(routingMode) => change({ routingMode })}
      />
      <Choice
        label="Twilio’s REST API answers"
        id="settings-rest"
        value={faults.rest}
        options={rest}
        onChange={(answer) => change({ faults: { rest: answer } })}
      />
      <label>
        Requests affected
        <input
          class="input"
          type="number"
          min="1"
          placeholder="all"
          data-testid="settings-times"
          value={faults.restTimes ?? ''}
          onChange={(event) => {
            const times = Number(event.currentTarget.value);
            change({ faults: { restTimes: times >= 1 ? times : null } });
          }}
        />
      </label>
      <label class="check">
        <input
          type="checkbox"
          data-testid="settings-twice"
          checked={settings.deliverTwice}
          onChange={() => change({ deliverTwice: !settings.deliverTwice })}
        />
        Deliver webhooks twice
      </label>
      <label class="check">
        <input
          type="checkbox"
          data-testid="settings-signature"
          checked={faults.badSignature}
          onChange={() => change({ faults: { badSignature: !faults.badSignature } })}
        />
        Send bad signatures
      </label>
      <button
        type="button"
        class="button danger"
        data-testid="settings-reset"
        {...closesMenu('settings')}
        onClick={() => void call('POST', '/api/reset')}
      >
        Reset conversations and timeline
      </button>
    </div>
  );
}
