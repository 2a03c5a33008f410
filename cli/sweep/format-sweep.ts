import type { SweptConversation } from '../../lib/sweep/sweep-conversation';
import type { SweepResult } from './run-sweep';

/** What `npm run sweep` prints: a line for each conversation that was, or would be, changed, and a summary. */
export function formatSweep(result: SweepResult): string {
  const lines = result.conversations.map(formatConversation);
  const left = Object.entries(result.skipped).map(
    ([reason, count]) => `${count} ${reason.replaceAll('_', ' ')}`,
  );
  const counts = new Map<string, number>();
  for (const { outcome } of result.conversations) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const done = [...counts].map(([outcome, count]) => `${count} ${words[outcome as Outcome]}`);
  lines.push(
    `${result.checked} active ${result.checked === 1 ? 'conversation' : 'conversations'} checked: ${done.join(', ') || 'nothing to do'}` +
      (left.length > 0 ? ` (left alone: ${left.join(', ')})` : ''),
  );
  if (result.notSwept !== undefined) lines.push(`No conversation was routed or closed: ${result.notSwept}`);
  for (const { outcome, journal } of result.finished) lines.push(`outbound start ${journal}: ${outcome}`);
  if (result.unfinished) lines.push(`${result.unfinished} unfinished outbound starts`);
  if (result.startsProblem !== undefined) {
    lines.push(`Outbound starts could not be looked at in Sync: ${result.startsProblem}`);
  }
  return lines.join('\n');
}

type Outcome = SweptConversation['outcome'];

const words: Record<Outcome, string> = {
  routed: 'routed',
  would_route: 'to be routed',
  closed: 'closed',
  would_close: 'to be closed',
  unrouted: 'left without a worker',
  failed: 'failed',
  skipped: 'left alone',
};

function formatConversation({
  sid,
  outcome,
  ageMs,
  silentMs,
  why,
  worker,
  rule,
  reason,
}: SweptConversation): string {
  const times = [`created ${formatAge(ageMs)} ago`];
  if (silentMs !== undefined) times.push(`last message ${formatAge(silentMs)} ago`);
  const details = [
    worker !== undefined && `${worker} by the rule ${rule}`,
    reason?.replaceAll('_', ' '),
    why === 'worker_deactivated' && 'its worker is deactivated',
  ].filter((one) => one);
  return `${sid} ${words[outcome]}${details.length > 0 ? `: ${details.join(', ')}` : ''} (${times.join(', ')})`;
}

/** @returns e.g. `3d`, `5h`, `12m`, `40s` */
function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const;
  const [unit, length] = units.find(([, one]) => seconds >= one) ?? ['s', 1];
  return `${Math.floor(seconds / length)}${unit}`;
}
