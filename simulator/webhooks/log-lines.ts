import type { Timeline } from '../timeline';

/** Adds a function's log line to the timeline entry of the webhook that it was handling. Other lines are ignored. */
export function recordLogLine(line: string, webhookId: number | undefined, timeline: Timeline): void {
  const entry = webhookId === undefined ? undefined : timeline.get(webhookId);
  if (entry?.kind !== 'webhook') return;
  const { level: _level, event: _event, status: _status, ms: _ms, ...decision } = readLine(line);
  timeline.update(entry, { decision });
}

function readLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return {};
  }
}
