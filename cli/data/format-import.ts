import { shortenMessage, shortenValue } from '../../build/data/shorten';
import type { ImportPlan, PlannedCustomer } from '../../build/data-import/plan-import';
import type { RowReport } from '../../build/data-import/row-reports';
import type { LongList } from '../../build/data-import/spill-file';
import { formatCount, formatNumber } from '../format-count';
import type { Paint } from '../output';

/** How many customers and how many findings about rows are shown, unless all are asked for. */
const [shownCustomers, shownFindings] = [20, 100];

const delimiterNames: Readonly<Record<string, string>> = { '\t': 'tab' };

/**
 * Formats what an import would do.
 *
 * @param file as it was called
 * @param all whether every customer is shown
 */
export function* formatPlan(plan: ImportPlan, file: string, all: boolean, paint: Paint): Generator<string> {
  const { encoding, delimiter, rows, columns, customers, missing } = plan;
  const named = delimiterNames[delimiter] ?? JSON.stringify(delimiter);
  const shownColumns = columns.map(({ name, fields }) => ({ name: shortenValue(name), fields }));
  const width = Math.max(...shownColumns.map(({ name }) => name.length));
  yield `${file}: ${encoding}, delimiter ${named}, ${formatCount(rows, 'row')}`;
  for (const { name, fields } of shownColumns) {
    const target = fields.length > 0 ? `→ ${shortenValue(fields.join(', '))}` : paint('dim', 'not imported');
    yield `  ${name.padEnd(width)}  ${target}`;
  }
  const shown = all ? customers.length : shownCustomers;
  for (const customer of first(customers, shown)) yield* formatCustomer(customer, paint);
  if (customers.length > shown) {
    yield `… and ${formatNumber(customers.length - shown)} more; --all shows them`;
  }
  if (missing.length > 0) yield formatMissing(plan, paint);
}

/** @returns e.g. `2 added, 1 changed, 17 unchanged` */
export function formatCounts({ counts, missing }: ImportPlan, prune: boolean): string {
  const all: [number, string][] = [
    [counts.added, 'added'],
    [counts.changed, 'changed'],
    [counts.unchanged, 'unchanged'],
    ...(prune ? [[missing.length, 'removed'] as [number, string]] : []),
  ];
  return all.map(([number, what]) => `${formatNumber(number)} ${what}`).join(', ');
}

/**
 * Formats bad rows, each of which is shown.
 *
 * @param file as it was called
 * @param all whether more than a hundred are shown
 */
export function* formatBadRows(
  reports: LongList<RowReport>,
  file: string,
  all: boolean,
  paint: Paint,
): Generator<string> {
  let [shown, rows, last] = [0, 0, 0];
  for (const report of reports) {
    if (report.line !== last) rows++;
    last = report.line;
    if (!all && shown === shownFindings) continue;
    yield* formatReport(report, file, '', paint);
    shown++;
  }
  if (reports.length > shown) yield moreOf(reports.length - shown);
  yield paint('red', formatCount(rows, 'bad row'));
}

/** Formats warnings; those that say the same of several rows, such as of an unknown owner, are put together. */
export function* formatWarnings(
  reports: LongList<RowReport>,
  file: string,
  all: boolean,
  paint: Paint,
): Generator<string> {
  const groups = new Map<string, { report: RowReport; others: number }>();
  let left = 0;
  for (const report of reports) {
    const key = `${report.problem} ${report.fix}`;
    const group = groups.get(key);
    if (group) group.others++;
    else if (all || groups.size < shownFindings) groups.set(key, { report, others: 0 });
    else left++;
  }
  yield paint('yellow', 'Warnings:');
  for (const { report, others } of groups.values()) {
    const more = others > 0 ? ` (and in ${formatCount(others, 'other row')})` : '';
    yield* formatReport(report, file, more, paint);
  }
  if (left > 0) yield moreOf(left);
  yield paint('yellow', formatCount(reports.length, 'warning'));
}

function formatReport(
  { line, name, problem, fix }: RowReport,
  file: string,
  more: string,
  paint: Paint,
): string[] {
  const who = name === undefined ? '' : `${shortenValue(name)}: `;
  return [
    `${file}:${line}: ${who}${shortenMessage(problem)}${more}`,
    `    ${paint('cyan', '→')} ${shortenMessage(fix)}`,
  ];
}

function moreOf(number: number): string {
  return `… and ${formatNumber(number)} more; --all shows them, and --json lists them`;
}

/** @returns the first elements of a list */
function* first<T>(list: LongList<T>, most: number): Generator<T> {
  let number = 0;
  for (const one of list) {
    if (number++ === most) return;
    yield one;
  }
}

function formatCustomer(customer: PlannedCustomer, paint: Paint): string[] {
  const { customer_id: id, name, line, kind, changes } = customer;
  const who = `${shortenValue(id)} ${shortenValue(name)} (line ${line})`;
  return [
    kind === 'added' ? paint('green', `+ ${who}`) : paint('yellow', `~ ${who}`),
    ...changes.map(({ field, from, to }) => {
      const before = from === undefined ? '' : `${formatValue(from)} → `;
      return `    ${shortenValue(field)}: ${before}${formatValue(to)}`;
    }),
  ];
}

/** Of a long text, such as notes, the beginning. */
function formatValue(value: unknown): string {
  return shortenValue(JSON.stringify(value));
}

function formatMissing({ missing }: ImportPlan, paint: Paint): string {
  const names = [...first(missing, 3)].map(({ name }) => shortenValue(name));
  const more = missing.length > names.length ? ', …' : '';
  return paint(
    'dim',
    `${formatCount(missing.length, 'customer')} of the data not in the file: ${names.join(', ')}${more}`,
  );
}
