/** A kind of resource that the project's data gives the account. */
export interface ResourceKind<T> {
  /** @returns what the data determines of a resource, as it is in the account; undefined if there is none */
  find(key: string): unknown;
  /** Creates a resource, or changes it. */
  put(key: string, wanted: T): void;
  remove(key: string): void;
}

/**
 * Gives the account what the data wants, however often the data changes: the account ends as a fresh start would make
 * it. What somebody has changed, removed or created since stays as it is.
 */
export class DataResources<T> {
  readonly #kind: ResourceKind<T>;
  /** What was put, and as what it was found afterwards, as JSON. */
  readonly #put = new Map<string, { wanted: string; found: string }>();

  constructor(kind: ResourceKind<T>) {
    this.#kind = kind;
  }

  apply(wanted: ReadonlyMap<string, T>): void {
    for (const [key, { found }] of this.#put) {
      if (wanted.has(key)) continue;
      if (this.#look(key) === found) this.#kind.remove(key);
      this.#put.delete(key);
    }
    for (const [key, one] of wanted) {
      const before = this.#put.get(key);
      const isOurs = this.#look(key) === (before?.found ?? '');
      const text = JSON.stringify(one) ?? '';
      if (!isOurs || text === before?.wanted) continue;
      this.#kind.put(key, one);
      this.#put.set(key, { wanted: text, found: this.#look(key) });
    }
  }

  /** Forgets what was put: what the data wants is put again. */
  forget(): void {
    this.#put.clear();
  }

  /** @returns an empty text if there is no such resource */
  #look(key: string): string {
    const found = this.#kind.find(key);
    return found === undefined ? '' : JSON.stringify(found);
  }
}
