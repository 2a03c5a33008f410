import { type Change, hasFields } from './change';
import type { SetupRecord } from './record';
import type { Resources } from './resources';

/**
 * Makes changes, and records each before it is made. Nothing is overwritten that has changed since the plan was made.
 *
 * @param onChange called before each change
 */
export async function applyChanges(
  changes: readonly Change[],
  resources: Resources,
  record: Pick<SetupRecord, 'add'>,
  onChange: (change: Change) => void = () => {},
): Promise<void> {
  for (const change of changes) {
    onChange(change);
    await requireUnchanged(change, resources);
    record.add(change);
    await resources.write(change);
  }
}

/** @throws an error when a resource is no longer as it was when the plan was made */
export async function requireUnchanged(change: Change, resources: Resources): Promise<void> {
  if (hasFields(await resources.read(change), change.before)) return;
  throw new Error(
    `The ${change.kind} ${change.id} has changed since the plan was made. Nothing was overwritten: run the command again.`,
  );
}
