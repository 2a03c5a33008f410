/** The same object type without properties that can be undefined. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** @returns the object without the properties that are undefined, as JSON would have it */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
