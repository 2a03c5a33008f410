import type { Settings, Snapshot, TimelineEntry } from '../simulator/api';
import { type Paint, toOneLine } from './output';

const colors = { running: 'dim', ok: 'green', warning: 'yellow', failed: 'red' } as const;

/** @returns a mark for how something ended */
export function markOf(state: TimelineEntry['state'], paint: Paint): string {
  return paint(colors[state], { running: '…', ok: '✓', warning: '!', failed: '✗' }[state]);
}

/**
 * @param sentence what a webhook's answer decided
 * @returns an entry of the timeline as a line, with its details below
 */
export function formatEntry(entry: TimelineEntry, paint: Paint, sentence?: string): string {
  const mark = markOf(entry.state, paint);
  const title = toOneLine(entry.title);
  switch (entry.kind) {
    case 'note':
      return `${mark} ${title}${entry.errorCode === undefined ? '' : ` (error ${entry.errorCode})`}`;
    case 'rest': {
      const status = entry.status ?? 'no answer';
      const code = entry.code === undefined ? '' : ` ${entry.code} ${toOneLine(entry.message ?? '')}`;
      return `${mark}   REST ${title} → ${status}${code} ${entry.ms ?? '?'} ms`;
    }
    case 'webhook': {
      const { rule, passedOver = [] } = entry.decision ?? {};
      const error = entry.errorCode === undefined ? '' : ` (error ${entry.errorCode})`;
      return [
        `${mark} ${title} → ${entry.status ?? 'no answer'}${error} ${entry.ms} of ${entry.limitMs} ms ${toOneLine(entry.body ?? '')}`,
        ...(sentence === undefined ? [] : [`    ${paint('bold', toOneLine(sentence))}`]),
        ...(entry.fault === undefined ? [] : [`    on purpose: ${entry.fault}`]),
        ...passedOver.map((one) => `    passed over ${one.rule}: ${one.why}`),
        ...(rule === undefined ? [] : [`    rule ${rule}`]),
        ...(entry.outcome === undefined ? [] : [`    ${entry.outcome}`]),
        ...entry.problems.map(
          ({ field, problem }) => `    ${paint(colors.failed, '✗')} ${field ? `${field} ` : ''}${problem}`,
        ),
      ].join('\n');
    }
  }
}

/** @returns the settings that `npm run simulate -- settings` changes, as its options */
export function formatSettings({ flex, optOut }: Settings): string {
  const { agentResponse, channelFailsAfterMs, channelErrorCode } = flex;
  return [
    `--agent-response ${agentResponse}`,
    `--channel-fails-after ${channelFailsAfterMs ?? 'never'}`,
    `--channel-error-code ${channelErrorCode}`,
    `--opt-out ${optOut}`,
  ].join('\n');
}

/** @returns the scenarios, numbers and workers as text */
export function formatList({
  scenarios,
  numbers,
  workers,
}: Pick<Snapshot, 'scenarios' | 'numbers' | 'workers'>): string {
  return [
    'Scenarios:',
    ...formatRows(scenarios.map(({ name, description }) => [name, description])),
    'Numbers:',
    ...formatRows(numbers.map(({ address, channels }) => [address, channels.join(', ')])),
    'Workers:',
    ...formatRows(
      workers.map(({ identity, available }) => [identity, available ? 'available' : 'unavailable']),
    ),
  ].join('\n');
}

function formatRows(rows: ReadonlyArray<readonly [string, string]>): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`);
}
