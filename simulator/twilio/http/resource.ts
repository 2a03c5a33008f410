import { formatDate } from './dates';

/** Changes what is given of a resource; undefined leaves a field as it is. */
export function assignGiven<T extends object>(resource: T, change: { [K in keyof T]?: T[K] | undefined }): T {
  for (const [name, value] of Object.entries(change)) {
    if (value !== undefined) Object.assign(resource, { [name]: value });
  }
  return resource;
}

/** @returns the dates of a resource that is new */
export function newDates(now = new Date()): { date_created: string; date_updated: string } {
  const date = formatDate(now);
  return { date_created: date, date_updated: date };
}

/** @returns a form's field as true or false, undefined where it is not given */
export function readBoolean(text: string | undefined): boolean | undefined {
  return text === undefined ? undefined : text === 'true';
}
