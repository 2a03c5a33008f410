/** Lets several runs go on one request at a time, in an order that the caller chooses. */
export class Turns {
  readonly #waiting: { run: number; resolve: () => void }[] = [];
  readonly #over = new Set<number>();
  #runs = 0;

  /** To be awaited before each request of a run; a run may have several under way. */
  turn(run: number): Promise<void> {
    return new Promise((resolve) => this.#waiting.push({ run, resolve }));
  }

  /** Starts a run. */
  start(work: (run: number) => Promise<unknown>): void {
    const run = this.#runs++;
    void work(run).finally(() => this.#over.add(run));
  }

  /** @returns the runs that wait for their turn, once nothing else moves; none when all are over */
  async settled(): Promise<number[]> {
    for (let before = -1; ; ) {
      await new Promise(setImmediate);
      const runs = [...new Set(this.#waiting.map(({ run }) => run))].sort((a, b) => a - b);
      const idle = runs.length + this.#over.size === this.#runs;
      if (idle && this.#waiting.length === before) return runs;
      before = this.#waiting.length;
    }
  }

  /** Lets the oldest request of a run go on. */
  go(run: number): void {
    const index = this.#waiting.findIndex((one) => one.run === run);
    this.#waiting.splice(index, 1)[0]?.resolve();
  }
}

/** Sets everything up anew and starts the runs; what it returns judges the end. */
export type Start = (turns: Turns, n: number) => (order: readonly number[]) => void;

/**
 * Tries every order in which the requests of several runs can reach Twilio, or as many as wanted of them, spread over
 * all and chosen the same way each time.
 *
 * @returns how many orders were tried
 */
export async function exploreOrders(start: Start, most = Number.POSITIVE_INFINITY): Promise<number> {
  const open: number[][] = [[]];
  const random = numbers();
  let count = 0;
  while (open.length > 0 && count < most) {
    const [known = []] = open.splice(most === Number.POSITIVE_INFINITY ? -1 : random() % open.length, 1);
    await play(start, count, (waiting, order) => {
      const chosen = known[order.length];
      if (chosen === undefined) for (const other of waiting.slice(1)) open.push([...order, other]);
      return chosen ?? (waiting[0] as number);
    });
    count += 1;
  }
  return count;
}

/** Tries some of the orders, chosen the same way each time, where there are too many to try them all. */
export async function sampleOrders(count: number, start: Start): Promise<void> {
  const random = numbers();
  for (let n = 0; n < count; n++) {
    await play(start, n, (waiting) => waiting[random() % waiting.length] as number);
  }
}

/** The same numbers each time, without an order that anybody could see. */
function numbers(): () => number {
  let last = 1;
  return () => {
    last = (last * 48_271) % 2_147_483_647;
    return last;
  };
}

async function play(
  start: Start,
  n: number,
  choose: (waiting: number[], order: number[]) => number,
): Promise<void> {
  const turns = new Turns();
  const judge = start(turns, n);
  const order: number[] = [];
  for (let waiting = await turns.settled(); waiting.length > 0; waiting = await turns.settled()) {
    const run = choose(waiting, order);
    order.push(run);
    turns.go(run);
  }
  judge(order);
}
