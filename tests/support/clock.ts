const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that jumps from one timer to the next, for functions that wait. */
export interface Clock {
  /** Milliseconds, as functions read it. */
  now(): number;
  /**
   * Lets time jump until the work is done and no timer is left: what a function does after its answer happens, too.
   *
   * @throws when the work waits for something that will never come
   */
  until<T>(work: Promise<T>): Promise<T>;
}

/** A jumping clock for the tests of a file or of a `describe`. */
export function useJumpingClock(): Clock {
  beforeAll(() => void startJumpingClock());
  afterAll(() => void jest.useRealTimers());
  return clock;
}

/** Puts Jest's timers and dates in place of the real ones; `setImmediate` stays real, so that work can go on. */
export function startJumpingClock(date?: number): Clock {
  const doNotFake: FakeableAPI[] = ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'];
  jest.useFakeTimers({ doNotFake, ...(date !== undefined && { now: date }) });
  return clock;
}

const clock: Clock = {
  now: () => performance.now(),

  async until(work) {
    let ended = false;
    const end = (): void => {
      ended = true;
    };
    work.then(end, end);
    for (let idle = 0; !ended || jest.getTimerCount() > 0; ) {
      await turn();
      if (jest.getTimerCount() > 0) jest.advanceTimersToNextTimer();
      else if (!ended && ++idle > 20) throw new Error('the function waits, and no timer will ever wake it');
    }
    await turn();
    return work;
  },
};
