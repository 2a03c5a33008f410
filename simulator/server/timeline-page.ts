import type { TimelineEntry } from '../api';

interface PageOptions {
  /** At least so many entries, unless there are fewer. */
  limit: number;
  /** The id of the first entry of the page before. */
  before?: number;
  /** Only what has to do with this conversation. */
  conversation?: string;
}

/** @returns the newest whole traces before a place, in order */
export function timelinePage(
  entries: readonly TimelineEntry[],
  { limit, before = Number.POSITIVE_INFINITY, conversation }: PageOptions,
): TimelineEntry[] {
  const traces = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const trace = traces.get(entry.trace);
    if (trace) trace.push(entry);
    else traces.set(entry.trace, [entry]);
  }
  const page: TimelineEntry[] = [];
  for (const trace of [...traces.values()].reverse()) {
    if (page.length >= limit) break;
    if ((trace[0] as TimelineEntry).id >= before) continue;
    if (conversation !== undefined && !trace.some((one) => one.conversationSid === conversation)) continue;
    page.push(...trace);
  }
  return page.sort((a, b) => a.id - b.id);
}
