import type { ImportPlan, PlannedCustomer, RowReport } from '../../build/data-import/plan-import';
import type { Paint } from '../output';

/** How many customers a preview shows, unless all are asked for. */
const shownCustomers = 20;

const delimiterNames: Readonly<Record<string, string>> = { '\t': 'tab' };

/**
 * Formats what an import would do.
 *
 * @param file as it was called
 * @param all whether every customer is shown
 */
export function formatPlan(plan: ImportPlan, file: string, all: boolean, paint: Paint): string {
  const { encoding, delimiter, rows, columns, customers, missing } = plan;
  const named = delimiterNames[delimiter] ?? JSON.stringify(delimiter);
  const width = Math.max(...columns.map(({ name }) => name.length));
  const shown = all ? customers : customers.slice(0, shownCustomers);
  const left = customers.length - shown.length;
  return [
    `${file}: ${encoding}, delimiter ${named}, ${count(rows, 'row')}`,
    ...columns.map(({ name, fields }) => {
      const target = fields.length > 0 ? `→ ${fields.join(', ')}` : paint('dim', 'not imported');
      return `  ${name.padEnd(width)}  ${target}`;
    }),
    ...shown.flatMap((customer) => formatCustomer(customer, paint)),
    ...(left > 0 ? [`… and ${left.toLocaleString('en-US')} more; --all shows them`] : []),
    ...(missing.length > 0 ? [formatMissing(plan, paint)] : []),
  ].join('\n');
}

/** @returns e.g. `2 added, 1 changed, 17 unchanged` */
export function formatCounts({ customers, unchanged, missing }: ImportPlan, prune: boolean): string {
  const changed = customers.filter(({ kind }) => kind === 'changed').length;
  const counts: [number, string][] = [
    [customers.length - changed, 'added'],
    [changed, 'changed'],
    [unchanged, 'unchanged'],
    ...(prune ? [[missing.length, 'removed'] as [number, string]] : []),
  ];
  return counts.map(([number, what]) => `${number.toLocaleString('en-US')} ${what}`).join(', ');
}

/**
 * @param reports of rows; those that say the same of several rows are put together
 * @param isWarning whether they are warnings
 */
export function formatRows(
  reports: readonly RowReport[],
  file: string,
  isWarning: boolean,
  paint: Paint,
): string {
  const groups = new Map<string, RowReport[]>();
  for (const report of reports) {
    // Every bad row is listed; a warning, such as of an unknown owner, can be about all rows.
    const key = isWarning ? `${report.problem} ${report.fix}` : String(groups.size);
    groups.set(key, [...(groups.get(key) ?? []), report]);
  }
  const lines = [...groups.values()].flatMap(([first, ...rest]) => {
    if (!first) return [];
    const { line, name, problem, fix } = first;
    const more = rest.length > 0 ? ` (and in ${count(rest.length, 'other row')})` : '';
    const who = name === undefined ? '' : `${name}: `;
    return [`${file}:${line}: ${who}${problem}${more}`, `    ${paint('cyan', '→')} ${fix}`];
  });
  const rows = new Set(reports.map(({ line }) => line)).size;
  return [
    ...(isWarning ? [paint('yellow', 'Warnings:')] : []),
    ...lines,
    isWarning ? paint('yellow', count(reports.length, 'warning')) : paint('red', `${count(rows, 'bad row')}`),
  ].join('\n');
}

function formatCustomer(customer: PlannedCustomer, paint: Paint): string[] {
  const { customer_id: id, name, line, kind, changes } = customer;
  const who = `${id} ${name} (line ${line})`;
  return [
    kind === 'added' ? paint('green', `+ ${who}`) : paint('yellow', `~ ${who}`),
    ...changes.map(({ field, from, to }) => {
      const before = from === undefined ? '' : `${formatValue(from)} → `;
      return `    ${field}: ${before}${formatValue(to)}`;
    }),
  ];
}

/** Of a long text, such as notes, the beginning. */
function formatValue(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

function formatMissing({ missing }: ImportPlan, paint: Paint): string {
  const names = missing.slice(0, 3).map(({ name }) => name);
  const more = missing.length > names.length ? ', …' : '';
  return paint(
    'dim',
    `${count(missing.length, 'customer')} of the data not in the file: ${names.join(', ')}${more}`,
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en-US')} ${what}${number === 1 ? '' : 's'}`;
}
