const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Time that jumps from one timer to the next, for functions that wait. */
export interface Clock {
  /** Milliseconds, as functions read it. */
  now(): number;
  /** Moves the date on without letting any timer fire. */
  skip(ms: number): void;
  /**
   * Lets time jump until the work is done and no timer is left: what a function does after its answer happens, too.
   *
   * @throws when the work waits for something that will never come
   */
  until<T>(work: Promise<T>): Promise<T>;
}

/** A jumping clock for the tests of a file or of a `describe`. Timers and dates are Jest's; `setImmediate` is real. */
export function useJumpingClock(): Clock {
  beforeAll(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
  });
  afterAll(() => {
    jest.useRealTimers();
  });
  return {
    now: () => performance.now(),

    skip: (ms) => void jest.setSystemTime(Date.now() + ms),

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
}
