import { runScenario } from '../state/run-scenario';
import { snapshot } from '../state/state';
import { closesMenu } from './menu';

/** The scenarios. A click runs one. */
export function Scenarios() {
  return (
    <ul class="scenarios" role="none">
      {snapshot.value?.scenarios.map(({ name, title, description, failing }) => (
        <li key={name} role="none">
          <button
            type="button"
            role="menuitem"
            tabIndex={-1}
            data-testid={`scenario-${name}`}
            {...closesMenu('scenarios')}
            onClick={() => void runScenario(name)}
          >
            <strong>
              {title} {failing && <em>with a failure</em>}
            </strong>
            <small>{description}</small>
          </button>
        </li>
      ))}
    </ul>
  );
}
