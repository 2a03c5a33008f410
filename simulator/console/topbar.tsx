import type { ComponentChildren } from 'preact';
import { useLayoutEffect } from 'preact/hooks';
import type { Faults, RoutingMode, Settings } from '../api';
import { Choice } from './choice';
import { Icon } from './icons';
import { applyTheme, busy, call, lastResult, menu, runScenario, snapshot, theme } from './store';

/** Title, badge, scenarios, settings. */
export function TopBar() {
  return (
    <header class="top">
      <img src="/icon.svg" alt="" width="26" height="26" />
      <h1>Local Twilio</h1>
      <span class="badge" data-testid="badge-local">
        <i /> Local · simulated <span class="wide">— no message leaves this machine</span>
      </span>
      <span class="grow" />
      {busy.value > 0 && <span class="spinner" role="status" aria-label="Working" />}
      <MenuButton name="scenarios" label="Scenarios" icon="play">
        <Scenarios />
      </MenuButton>
      <MenuButton name="settings" label="Settings" icon="gear">
        <SettingsForm />
      </MenuButton>
      <button
        type="button"
        class="icon-button"
        aria-label={`Theme: ${theme.value}`}
        title={`Theme: ${theme.value}`}
        data-testid="theme"
        onClick={() => {
          theme.value = { auto: 'light', light: 'dark', dark: 'auto' }[theme.value] ?? 'auto';
          applyTheme();
        }}
      >
        <Icon name="sun" />
      </button>
    </header>
  );
}

interface MenuButtonProps {
  name: 'scenarios' | 'settings';
  label: string;
  icon: 'play' | 'gear';
  children: ComponentChildren;
}

function MenuButton({ name, label, icon, children }: MenuButtonProps) {
  const isOpen = menu.value === name;
  // Not a moment later: Escape works as soon as the menu is seen.
  useLayoutEffect(() => {
    if (!isOpen) return;
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') menu.value = undefined;
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [isOpen]);
  return (
    <div class="menu">
      <button
        type="button"
        class="button"
        aria-expanded={isOpen}
        aria-label={label}
        data-testid={`menu-${name}`}
        onClick={() => (menu.value = isOpen ? undefined : name)}
      >
        <Icon name={icon} /> <span class="wide">{label}</span>
      </button>
      {isOpen && (
        <>
          <button
            type="button"
            class="backdrop"
            aria-label="Close"
            tabIndex={-1}
            onClick={() => (menu.value = undefined)}
          />
          <div class="popup">{children}</div>
        </>
      )}
    </div>
  );
}

function Scenarios() {
  return (
    <ul class="scenarios">
      {snapshot.value?.scenarios.map(({ name, title, description, failing }) => (
        <li key={name}>
          <button type="button" data-testid={`scenario-${name}`} onClick={() => void runScenario(name)}>
            <strong>
              {title} {failing && <em>something fails</em>}
            </strong>
            <small>{description}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}

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

function SettingsForm() {
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
        onClick={() => {
          menu.value = undefined;
          void call('POST', '/api/reset');
        }}
      >
        Forget conversations and timeline
      </button>
    </div>
  );
}

/** How the last scenario ended. */
export function ScenarioResult() {
  const result = lastResult.value;
  if (!result) return null;
  const title = snapshot.value?.scenarios.find(({ name }) => name === result.name)?.title ?? result.name;
  return (
    <div
      class={result.ok ? 'result ok' : 'result failed'}
      role="status"
      data-testid="scenario-result"
      data-ok={String(result.ok)}
    >
      <strong>
        {result.ok ? '✓' : '✗'} {title}
      </strong>
      <span class="grow">{result.ok ? 'ended as it should.' : result.failures.join(' · ')}</span>
      <button
        type="button"
        class="icon-button"
        aria-label="Dismiss"
        onClick={() => (lastResult.value = undefined)}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
