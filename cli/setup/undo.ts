import { requireUnchanged } from './apply';
import { type Change, type Fields, hasFields, isSameResource, isSameValue, listOf } from './change';
import type { SetupRecord } from './record';
import type { Resources } from './resources';

/** What undo does, and what it leaves because it is no longer as setup wrote it. */
export interface UndoPlan {
  changes: Change[];
  left: string[];
}

/**
 * Goes back through what setup has changed, newest first, and compares it with the account.
 *
 * @returns one change for each resource that has to be put back, in the opposite order: addresses stop creating
 *   conversations before their webhooks go
 */
export async function planUndo(record: readonly Change[], resources: Resources): Promise<UndoPlan> {
  const plan: UndoPlan = { changes: [], left: [] };
  const first = record.filter(
    (one, index) => record.findIndex((other) => isSameResource(one, other)) === index,
  );
  for (const resource of first.reverse()) {
    const current = await resources.read(resource);
    const entries = record.filter((one) => isSameResource(one, resource)).reverse();
    let restored = current;
    for (const entry of entries) restored = restoreEntry(restored, entry, plan.left);
    const change = differenceOf(current, restored);
    if (change) plan.changes.push({ kind: resource.kind, id: resource.id, ...change });
  }
  plan.left = [...new Set(plan.left)];
  return plan;
}

/**
 * Puts resources back, and forgets what was recorded about each.
 *
 * @returns what Twilio has not taken: how an API clears a URL or a list is not documented
 */
export async function applyUndo(
  { changes }: UndoPlan,
  resources: Resources,
  record: SetupRecord,
): Promise<string[]> {
  const left: string[] = [];
  for (const change of changes) {
    await requireUnchanged(change, resources);
    await resources.write(change);
    const isRestored = hasFields(await resources.read(change), change.after);
    if (!isRestored)
      left.push(`${change.kind} ${change.id}: Twilio has not taken all of it; see the Console`);
    record.forget(change);
  }
  record.clear();
  return left;
}

/** @returns a resource as it was before an entry, as far as it is still as the entry says */
function restoreEntry(current: Fields | null, entry: Change, left: string[]): Fields | null {
  const { kind, id, before, after } = entry;
  const name = `${kind} ${id}`;
  // Removed by somebody, or never created.
  if (current === null) return null;
  if (before === null) {
    if (hasFields(current, after)) return null;
    left.push(`${name}: it is no longer as setup made it`);
    return current;
  }
  const restored: Record<string, Fields[string]> = { ...current };
  const isUntouched = (field: string): boolean => isSameValue(current[field], after?.[field] ?? null);
  const isUrlTouched = urlFields.some(
    (field) => field in before && !isUntouched(field) && !isSameValue(current[field], before[field]),
  );
  for (const field of Object.keys(before)) {
    if (field === 'filters') restored.filters = restoreFilters(current, entry, name, left);
    else if (isSameValue(current[field], before[field])) continue;
    else if (!isUntouched(field) && after && field in after)
      left.push(`${name}: ${field} is no longer as setup wrote it`);
    else if (field === 'method' && isUrlTouched)
      left.push(`${name}: method, because a URL is no longer ours`);
    else restored[field] = before[field] ?? null;
  }
  return restored;
}

const urlFields = ['preWebhookUrl', 'postWebhookUrl'];

/** @returns the filters without those that setup added, except where another program's URL gets these events now */
function restoreFilters(current: Fields, { before, after }: Change, name: string, left: string[]): string[] {
  const had = listOf(before?.filters);
  const added = listOf(after?.filters).filter((event) => !had.includes(event));
  const isKept = (event: string): boolean => {
    const url = isPreEvent(event) ? 'preWebhookUrl' : 'postWebhookUrl';
    return added.includes(event) && !isSameValue(current[url], after?.[url] ?? null);
  };
  const filters = listOf(current.filters);
  const kept = filters.filter(isKept);
  if (kept.length > 0) left.push(`${name}: the filters ${kept.join(', ')}, because a URL is no longer ours`);
  return filters.filter((event) => !added.includes(event) || isKept(event));
}

/** Pre-events are named like an order, post-events like a report: onConversationAdd, onConversationAdded. */
function isPreEvent(event: string): boolean {
  return !event.endsWith('ed');
}

function differenceOf(
  current: Fields | null,
  restored: Fields | null,
): Pick<Change, 'before' | 'after'> | undefined {
  if (current === null || restored === null) {
    return current === restored ? undefined : { before: current, after: restored };
  }
  const changed = Object.keys(restored).filter((name) => !isSameValue(current[name], restored[name]));
  if (changed.length === 0) return undefined;
  const pick = (fields: Fields): Fields =>
    Object.fromEntries(changed.map((name) => [name, fields[name] ?? null]));
  return { before: pick(current), after: pick(restored) };
}
