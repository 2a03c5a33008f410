import type { TimelineEntry } from '../../api';
import { ask } from './control-api';
import { hasOlder, onlyConversation, timeline } from './state';

/** The maximum of timeline entries that the page keeps; the server does not keep more either. */
const capacity = 5_000;
const pageSize = 200;

const entries = new Map<number, TimelineEntry>();
/** The id of the first entry of the last page. */
let oldest: number | undefined;
let isLoading = false;

/** Adds new and changed entries. */
export function takeEntries(some: readonly TimelineEntry[]): void {
  if (some.length === 0) return;
  let last = timeline.value.at(-1)?.id ?? 0;
  let isInOrder = true;
  for (const entry of some) {
    if (!entries.has(entry.id)) {
      if (entry.id < last) isInOrder = false;
      last = entry.id;
    }
    entries.set(entry.id, entry);
  }
  const all = [...entries.values()];
  if (!isInOrder) all.sort((a, b) => a.id - b.id);
  for (const { id } of all.splice(0, Math.max(0, all.length - capacity))) entries.delete(id);
  timeline.value = all;
}

/** Loads the newest page, of one conversation if the timeline is filtered. */
export async function loadTimeline(): Promise<void> {
  oldest = undefined;
  await loadPage();
}

/** Loads the page before those that are loaded. */
export async function loadOlder(): Promise<void> {
  if (hasOlder.value && !isLoading) await loadPage();
}

export function clearTimeline(): void {
  entries.clear();
  timeline.value = [];
  hasOlder.value = false;
}

async function loadPage(): Promise<void> {
  isLoading = true;
  const conversation = onlyConversation.value;
  const parameters = new URLSearchParams({
    limit: String(pageSize),
    ...(conversation !== undefined && { conversation }),
    ...(oldest !== undefined && { before: String(oldest) }),
  });
  const page = await ask<TimelineEntry[]>(`/api/timeline?${parameters}`);
  isLoading = false;
  if (conversation !== onlyConversation.value) return;
  oldest = page?.[0]?.id ?? oldest;
  hasOlder.value = page !== undefined && page.length >= pageSize;
  takeEntries(page ?? []);
}
