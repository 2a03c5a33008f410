import { dismissToast, toasts } from '../state/control-api';
import { Icon } from './icon';

/** Messages about what the user did, above the panes: there they cover no control. */
export function Toasts() {
  return (
    <div class="toasts" role="alert">
      {toasts.value.map(({ id, text }) => (
        <div key={id} class="toast" data-testid="toast">
          <span class="grow">{text}</span>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismissToast(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  );
}
