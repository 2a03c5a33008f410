import { useSignal } from '@preact/signals';
import { activeFaults, activeLimits, faultsIn } from '../../active-faults';
import type { Settings, SettingsChange } from '../../api';
import { Icon } from '../controls/icon';
import { call } from '../state/control-api';
import { snapshot } from '../state/state';

/** Names each fault and limit that is on, on every pane; they are turned off together, and on again. */
export function FaultBar() {
  const undo = useSignal<SettingsChange | undefined>(undefined);
  const { settings, defaults } = snapshot.value ?? {};
  if (!settings || !defaults) return null;
  const faults = activeFaults(settings, defaults);
  const limits = activeLimits(settings, defaults);
  const change = async (next: SettingsChange, back: SettingsChange | undefined): Promise<void> => {
    if (await call<Settings>('PATCH', '/api/settings', next)) undo.value = back;
  };
  const before = undo.value;
  if (faults.length + limits.length > 0) {
    return (
      <div class="banner fault-bar" role="status" data-testid="faults">
        <span class="grow">
          <Names title="Faults" of={faults} /> <Names title="Limits" of={limits} />
        </span>
        <button
          type="button"
          class="button"
          data-testid="faults-reset"
          onClick={() => void change(faultsIn(defaults), faultsIn(settings))}
        >
          Turn all off
        </button>
      </div>
    );
  }
  if (!before) return null;
  return (
    <div class="banner fault-bar" role="status" data-testid="faults-off">
      <span class="grow">All faults and limits are off.</span>
      <button
        type="button"
        class="button"
        data-testid="faults-undo"
        onClick={() => void change(before, undefined)}
      >
        Undo
      </button>
      <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => (undo.value = undefined)}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function Names({ title, of }: { title: string; of: string[] }) {
  if (of.length === 0) return null;
  return (
    <>
      <strong>{title}:</strong> {of.join(' · ')}
    </>
  );
}
