type Numbers = Uint32Array | Float64Array;

/** A list of numbers that grows, in far less memory than an array. */
export class NumberList {
  #numbers: Numbers;
  #length = 0;

  /** @param kind `offsets` in files can have more than 32 bits */
  constructor(kind: 'counts' | 'offsets') {
    this.#numbers = kind === 'counts' ? new Uint32Array(1024) : new Float64Array(1024);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const Kind = this.#numbers.constructor as new (length: number) => Numbers;
      const grown = new Kind(this.#length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[this.#length++] = value;
  }

  /** @returns the number at a position; 0 for one that there is not */
  at(position: number): number {
    return position < this.#length ? (this.#numbers[position] as number) : 0;
  }

  set(position: number, value: number): void {
    this.#numbers[position] = value;
  }

  sort(): void {
    this.#numbers.subarray(0, this.#length).sort();
  }
}
