import { signal } from '@preact/signals';
import { onlyProblems, pane } from '../state/state';

/** The entry that the user is led to; undefined for none. */
export const highlighted = signal<number | undefined>(undefined);

/** Leads the user to an entry: it scrolls itself into view, and stands out. */
export function showEntry(id: number): void {
  onlyProblems.value = false;
  pane.value = 'timeline';
  highlighted.value = id;
}
