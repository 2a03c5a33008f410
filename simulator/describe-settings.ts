import { activeFaults } from './active-faults';
import type { Settings } from './api';

/** The settings besides faults, which have sentences of their own. */
const names = [
  'routingMode',
  'frontlineUrls',
  'optOut',
  'receipts',
  'webhookRetries',
  'initializingMs',
  'flex',
] as const satisfies (keyof Settings)[];

/** @returns a few words for what a change of the settings has changed: the faults that are on now, and each setting */
export function describeSettingsChange(before: Settings, after: Settings, defaults: Settings): string[] {
  const faults = activeFaults(after, defaults).join('; ');
  const hadFaults = activeFaults(before, defaults).join('; ');
  const settings = names.flatMap((name) => changesIn(name, before[name], after[name]));
  return [
    ...(faults === hadFaults
      ? []
      : [faults === '' ? 'No fault is on any more' : `Faults that are on: ${faults}`]),
    ...(settings.length === 0 ? [] : [`Settings: ${settings.join(', ')}`]),
  ];
}

function changesIn(name: string, before: unknown, after: unknown): string[] {
  if (typeof before === 'object' && before !== null && typeof after === 'object' && after !== null) {
    const values = new Map(Object.entries(before));
    return Object.entries(after).flatMap(([key, value]) => changesIn(key, values.get(key), value));
  }
  return before === after ? [] : [`${name} ${after === null ? 'never' : String(after)}`];
}
