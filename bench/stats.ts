/** The results of several rounds of one measurement. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** @param values one per round; an odd number of rounds has a true median */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
  return { median: at(0.5), min: at(0), max: at(1) };
}

/** A measured time, and its ratio to the base that was measured next to it. */
export interface Timing {
  time: Spread;
  ratio: Spread;
}

/** Collects times by name, each together with its base. */
export class Timings {
  readonly #times = new Map<string, number[]>();
  readonly #ratios = new Map<string, number[]>();

  add(name: string, time: number, base: number): void {
    this.#push(this.#times, name, time);
    this.#push(this.#ratios, name, time / base);
  }

  get(name: string): Timing {
    return { time: spread(this.#times.get(name) ?? []), ratio: spread(this.#ratios.get(name) ?? []) };
  }

  #push(lists: Map<string, number[]>, name: string, value: number): void {
    const list = lists.get(name) ?? [];
    lists.set(name, list);
    list.push(value);
  }
}
