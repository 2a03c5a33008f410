import { Icon } from '../controls/icon';
import { busy } from '../state/control-api';
import { Menu } from './menu';
import { Scenarios } from './scenarios';
import { SettingsForm } from './settings';
import { nextTheme, theme } from './theme';

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
      <Menu name="scenarios" label="Scenarios" icon="play" kind="menu">
        <Scenarios />
      </Menu>
      <Menu name="settings" label="Settings" icon="gear" kind="dialog">
        <SettingsForm />
      </Menu>
      <button
        type="button"
        class="icon-button"
        aria-label={`Theme: ${theme.value}`}
        title={`Theme: ${theme.value}`}
        data-testid="theme"
        onClick={nextTheme}
      >
        <Icon name="sun" />
      </button>
    </header>
  );
}
