import { formatDate } from './dates';

/** Changes the given fields of a resource; undefined leaves a field unchanged. */
export function assignGiven<T extends object>(resource: T, change: { [K in keyof T]?: T[K] | undefined }): T {
  for (const [name, value] of Object.entries(change)) {
    if (value !== undefined) Object.assign(resource, { [name]: value });
  }
  return resource;
}

/** @returns the dates of a new resource */
export function newDates(now = new Date()): { date_created: string; date_updated: string } {
  const date = formatDate(now);
  return { date_created: date, date_updated: date };
}

/** @returns a form field as a boolean; undefined if it is missing */
export function readBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text.toLowerCase() === 'true';
}

/** @returns the resources whose fields have the given values; undefined stands for any value */
export function filterEqual<T extends object>(
  resources: T[],
  wanted: { [K in keyof T]?: T[K] | undefined },
): T[] {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  return resources.filter((one) => given.every(([name, value]) => one[name as keyof T] === value));
}
