import { useState } from 'preact/hooks';
import type { Faults, FlexSettings, RoutingMode, Settings, SettingsChange } from '../../api';
import { Choice } from '../controls/choice';
import { call } from '../state/control-api';
import { snapshot } from '../state/state';
import { FaultsForm } from './faults';
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
  const change = async (part: SettingsChange): Promise<void> => {
    const changed = await call<Settings>('PATCH', '/api/settings', part);
    // The event of it comes later: until then, fields would show what was there before.
    if (changed && snapshot.value) snapshot.value = { ...snapshot.value, settings: changed };
  };
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
      <OptionalNumber
        label="Flex channels fail after (ms)"
        id="settings-channel"
        min={0}
        none="never"
        value={flex.channelFailsAfterMs}
        onChange={(text) => change({ flex: { channelFailsAfterMs: text === '' ? null : Number(text) } })}
      />
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
      <OptionalNumber
        label="Requests affected"
        id="settings-times"
        min={1}
        none="all"
        value={faults.restTimes}
        onChange={(text) => change({ faults: { restTimes: Number(text) >= 1 ? Number(text) : null } })}
      />
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
      <FaultsForm faults={faults} change={change} />
      <button
        type="button"
        class="button danger"
        data-testid="settings-reset"
        {...closesMenu('settings')}
        onClick={() => void call('POST', '/api/reset')}
      >
        Reset conversations and timeline
      </button>
      <button
        type="button"
        class="button danger"
        data-testid="settings-reset-all"
        {...closesMenu('settings')}
        onClick={() => void call('POST', '/api/reset', { everything: true })}
      >
        Reset everything, settings and workers too
      </button>
    </div>
  );
}

interface OptionalNumberProps {
  label: string;
  id: string;
  min: number;
  /** What no number means. */
  none: string;
  value: number | null;
  /** Resolves once it is done. */
  onChange(text: string): Promise<void>;
}

/** A labeled field for a number, or none. */
function OptionalNumber({ label, id, min, none, value, onChange }: OptionalNumberProps) {
  // What is being typed stays, whatever comes from the server meanwhile.
  const [typed, setTyped] = useState<string | undefined>();
  const finish = async (text: string): Promise<void> => {
    await onChange(text);
    setTyped((now) => (now === text ? undefined : now));
  };
  return (
    <label>
      {label}
      <input
        class="input"
        type="number"
        min={min}
        placeholder={none}
        data-testid={id}
        value={typed ?? value ?? ''}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onChange={(event) => void finish(event.currentTarget.value)}
      />
    </label>
  );
}
