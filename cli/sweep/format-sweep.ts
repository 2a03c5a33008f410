import type { SkipReason, SweptConversation } from '../../lib/sweep/sweep-conversation';
import { formatCount, formatNumber } from '../format-count';
import type { SweepResult } from './run-sweep';

/** What `npm run sweep` prints: a line for each conversation that was, or would be, changed, and a summary. */
export function formatSweep(result: SweepResult): string {
  const lines = result.conversations.map(formatConversation);
  const skipped = Object.entries(result.skipped).map(([reason, count]) =>
    formatCount(count, ...skipReasons[reason as SkipReason]),
  );
  const counts = new Map<Outcome, number>();
  for (const { outcome } of result.conversations) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const done = [...counts].map(([outcome, count]) => `${formatNumber(count)} ${inSummary[outcome]}`);
  lines.push(
    `${formatCount(result.checked, 'active conversation')} checked: ${done.join(', ') || 'nothing to do'}` +
      (skipped.length > 0 ? ` (skipped: ${skipped.join(', ')})` : ''),
  );
  if (result.notSwept !== undefined) lines.push(`No conversation was routed or closed: ${result.notSwept}`);
  for (const { outcome, journal } of result.finished) lines.push(`outbound start ${journal}: ${outcome}`);
  if (result.unfinished) lines.push(formatCount(result.unfinished, 'unfinished outbound start'));
  if (result.startsProblem !== undefined) {
    lines.push(`Outbound starts could not be looked at in Sync: ${result.startsProblem}`);
  }
  return lines.join('\n');
}

type Outcome = SweptConversation['outcome'];

const inSummary: Record<Outcome, string> = {
  routed: 'routed',
  would_route: 'would be routed',
  closed: 'closed',
  would_close: 'would be closed',
  unrouted: 'left without a worker',
  failed: 'failed',
  skipped: 'skipped',
};

/** Why conversations are skipped: what one does, and what several do. */
const skipReasons: Record<SkipReason, readonly [string, string]> = {
  has_worker: ['already has a worker', 'already have a worker'],
  not_on_our_addresses: [
    'is not with a customer on your addresses',
    'are not with a customer on your addresses',
  ],
  flex_interaction: ['belongs to Flex', 'belong to Flex'],
  studio_address: ['belongs to a Studio flow', 'belong to a Studio flow'],
  waits_for_customer: ['waits for the customer', 'wait for the customer'],
  gone: ['was deleted meanwhile', 'were deleted meanwhile'],
};

/** @returns e.g. `CH… would go to alice@example.com (rule: pool); created 3d ago, last message 2d ago` */
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
  const what =
    worker === undefined
      ? inSummary[outcome]
      : `${outcome === 'would_route' ? 'would go' : 'routed'} to ${worker} (rule: ${rule})`;
  const facts = [
    why === 'worker_deactivated' && 'its worker is deactivated',
    `created ${formatAge(ageMs)} ago`,
    silentMs !== undefined && `last message ${formatAge(silentMs)} ago`,
  ].filter((one) => one);
  return `${sid} ${what}${reason ? `: ${reason.replaceAll('_', ' ')}` : ''}; ${facts.join(', ')}`;
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
