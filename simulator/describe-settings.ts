import { activeFaults, activeLimits } from './active-faults';
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

/** @returns a few words for what a change of the settings has changed: the faults and limits that are on now, and each setting */
export function describeSettingsChange(before: Settings, after: Settings, defaults: Settings): string[] {
  const settings = names.flatMap((name) => changesIn(name, before[name], after[name]));
  return [
    ...changeOf('faults', activeFaults(before, defaults), activeFaults(after, defaults)),
    ...changeOf('limits', activeLimits(before, defaults), activeLimits(after, defaults)),
    ...(settings.length === 0 ? [] : [`Settings: ${settings.join(', ')}`]),
  ];
}

function changeOf(what: 'faults' | 'limits', before: string[], after: string[]): string[] {
  const now = after.join('; ');
  if (now === before.join('; ')) return [];
  return [now === '' ? `All ${what} are off` : `${what === 'faults' ? 'Faults' : 'Limits'}: ${now}`];
}

function changesIn(name: string, before: unknown, after: unknown): string[] {
  if (typeof before === 'object' && before !== null && typeof after === 'object' && after !== null) {
    const values = new Map(Object.entries(before));
    return Object.entries(after).flatMap(([key, value]) => changesIn(key, values.get(key), value));
  }
  return before === after ? [] : [`${name} ${after === null ? 'never' : String(after)}`];
}
