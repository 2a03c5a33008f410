import { freeMemory } from './free-memory';
import type { ScenarioParts } from './scenarios/context';

/** After so many conversations, a reset gives memory back to the system. */
const manyConversations = 200;

/**
 * Clears conversations, unknown customers and timeline.
 *
 * @param everything whether settings and workers are back to their initial state, too
 */
export function reset(parts: ScenarioParts, everything: boolean): void {
  const { state, rest, timeline, customers, workers, flex, inbound, settings } = parts;
  const isMuch = state.conversations().length >= manyConversations;
  state.reset();
  rest.reset();
  flex.reset();
  inbound.reset();
  timeline.clear();
  customers.reset();
  workers.applyData();
  if (everything) {
    settings.change(settings.defaults);
    for (const { identity } of workers.list()) {
      workers.change(identity, { available: true, state: 'active' });
    }
  }
  // Not at once: what is under way still holds what it works on. The second time gives the pages back that the first freed.
  if (isMuch) for (const ms of [1_000, 2_500]) setTimeout(freeMemory, ms).unref();
}
