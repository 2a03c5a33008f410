/** Lets a number of things happen at once; the others wait for their turn, in order. */
export class Slots {
  #free: number;
  #waiting: (() => void)[] = [];

  /** @param count how many at once */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a slot. @returns a function that gives it back */
  async take(): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((next) => this.#waiting.push(next));
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    };
  }
}
