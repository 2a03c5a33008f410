/** @returns a number as every text of the commands writes it, e.g. `40,020` */
export function formatNumber(number: number): string {
  return number.toLocaleString('en-US');
}

/** @returns e.g. `1 row`, `40,020 rows` */
export function formatCount(number: number, one: string, many = `${one}s`): string {
  return `${formatNumber(number)} ${number === 1 ? one : many}`;
}

/** @returns e.g. `20 customers, 4 workers, 10 templates` */
export function formatData(counts: { customers: number; workers: number; templates: number }): string {
  const { customers, workers, templates } = counts;
  return [
    formatCount(customers, 'customer'),
    formatCount(workers, 'worker'),
    formatCount(templates, 'template'),
  ].join(', ');
}
