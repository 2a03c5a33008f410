import { signal } from '@preact/signals';
import { onlyConversation, onlyProblems, pane, view } from '../state/state';

/** The entry that the user is led to; undefined for none. */
export const highlighted = signal<number | undefined>(undefined);

/** Leads the user to an entry: it scrolls itself into view, and stands out. */
export function showEntry(id: number): void {
  onlyProblems.value = false;
  onlyConversation.value = undefined;
  view.value = 'timeline';
  pane.value = 'timeline';
  highlighted.value = id;
}
