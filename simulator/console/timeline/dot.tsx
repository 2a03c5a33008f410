import type { TimelineEntry } from '../../api';

/** The state of an entry, as a color. */
export function Dot({ state }: { state: TimelineEntry['state'] }) {
  const label = { running: 'running', ok: 'OK', warning: 'warning', failed: 'failed' }[state];
  return <i class={`dot ${state}`} role="img" aria-label={label} />;
}
