/** An object's type with no property that may be undefined. */
export type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Leaves out the properties that are undefined: JSON has none of them. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}
