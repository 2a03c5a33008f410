import type { Faults, FlexSettings, RoutingMode, Settings, SettingsChange } from '../../api';
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

const agentResponses: Record<FlexSettings['agentResponse'], string> = {
  accept: 'accept',
  decline: 'decline: no agent in the conversation',
  ignore: 'do not react',
};
const optOuts: Record<Settings['optOut'], string> = {
  receipt: 'fail later, with 21610',
  refuse: 'are refused at once, with 21610',
};

/** Routing, and the faults that the local Twilio simulates. */
export function SettingsForm() {
  const settings = snapshot.value?.settings;
  if (!settings) return null;
  const change = (part: SettingsChange): void => void call('PATCH', '/api/settings', part);
  const { faults, flex } = settings;
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
        label="Flex agents"
        id="settings-agents"
        value={flex.agentResponse}
        options={agentResponses}
        onChange={(agentResponse) => change({ flex: { agentResponse } })}
      />
      <label>
        Flex channels fail after (ms)
        <input
          class="input"
          type="number"
          min="0"
          placeholder="never"
          data-testid="settings-channel"
          value={flex.channelFailsAfterMs ?? ''}
          onChange={(event) => {
            const { value } = event.currentTarget;
            change({ flex: { channelFailsAfterMs: value === '' ? null : Number(value) } });
          }}
        />
      </label>
      <Choice
        label="Messages after STOP"
        id="settings-opt-out"
        value={settings.optOut}
        options={optOuts}
        onChange={(optOut) => change({ optOut })}
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
