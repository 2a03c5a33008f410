/** The time by which a function must have answered. */
export interface Deadline {
  /** Milliseconds left; 0 once it has passed. */
  remaining(): number;
}

/** @returns a deadline `budgetMs` from now on the given clock (milliseconds, monotonic) */
export function deadlineIn(budgetMs: number, now: () => number): Deadline {
  const end = now() + budgetMs;
  return { remaining: () => Math.max(0, end - now()) };
}

/** @returns a deadline that comes `ms` before another one */
export function withReserve(deadline: Deadline, ms: number): Deadline {
  return { remaining: () => Math.max(0, deadline.remaining() - ms) };
}
