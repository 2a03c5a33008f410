/** Tells the time, and does something later. */
export interface Clock {
  /** Milliseconds since it began. */
  now(): number;
  /** @returns what calls it off */
  after(ms: number, work: () => void): () => void;
}

/** The machine's own clock. */
export function realClock(): Clock {
  const begin = performance.now();
  return {
    now: () => performance.now() - begin,
    after: (ms, work) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
  };
}

interface Planned {
  at: number;
  order: number;
  work: () => void;
}

/** A clock that jumps to the next thing that is planned as soon as nothing else is left to do. */
export class VirtualClock implements Clock {
  #now = 0;
  #order = 0;
  #planned: Planned[] = [];

  now = (): number => this.#now;

  after = (ms: number, work: () => void): (() => void) => {
    const planned = { at: this.#now + Math.max(0, ms), order: this.#order++, work };
    this.#planned.push(planned);
    return () => this.#drop(planned);
  };

  sleep(ms: number): Promise<void> {
    return new Promise((done) => void this.after(ms, done));
  }

  /** Lets time go by until the work is over. */
  async run<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    // Every promise that can go on has gone on when the event loop gets here.
    for (await idle(); !isOver; await idle()) {
      const next = this.#next();
      if (!next) throw new Error('nothing is left to wait for, and the work is not over');
      this.#now = next.at;
      next.work();
    }
    return work;
  }

  #next(): Planned | undefined {
    const [first, ...others] = this.#planned;
    if (!first) return undefined;
    const isEarlier = (a: Planned, b: Planned) => a.at < b.at || (a.at === b.at && a.order < b.order);
    const next = others.reduce((least, one) => (isEarlier(one, least) ? one : least), first);
    this.#drop(next);
    return next;
  }

  #drop(planned: Planned): void {
    const index = this.#planned.indexOf(planned);
    if (index >= 0) this.#planned.splice(index, 1);
  }
}

function idle(): Promise<void> {
  return new Promise((done) => void setImmediate(done));
}
