import { Icon } from '../controls/icon';
import { lastResult, snapshot } from '../state/state';

/** The result of the last scenario. */
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
      <span class="grow">{result.ok ? 'ended as expected.' : result.failures.join(' · ')}</span>
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
