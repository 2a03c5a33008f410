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
  none: 'as it should',
  429: '429, too many requests',
  500: '500, an error',
  hang: 'never',
  torn: 'half, though the work is done',
  drip: 'a byte a second',
};

/** What the local Twilio does, and what it does wrong on purpose. */
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
        … so many times
        <input
          class="input"
          type="number"
          min="1"
          placeholder="always"
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
        Sign webhooks wrongly
      </label>
      <button
        type="button"
        class="button danger"
        data-testid="settings-reset"
        {...closesMenu('settings')}
        onClick={() => void call('POST', '/api/reset')}
      >
        Forget conversations and timeline
      </button>
    </div>
  );
}
