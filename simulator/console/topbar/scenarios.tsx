import { runScenario } from '../state/run-scenario';
import { snapshot } from '../state/state';
import { closesMenu } from './menu';

/** The scenarios. A click runs one. */
export function Scenarios() {
  return (
    <ul class="scenarios">
      {snapshot.value?.scenarios.map(({ name, title, description, failing }) => (
        <li key={name}>
          <button
            type="button"
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
