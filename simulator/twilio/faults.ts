/** Which requests a fault hits; what is left out matches everything. In a text path `*` stands for one segment. */
export interface Matcher {
  method?: string;
  host?: string;
  path?: string | RegExp;
}

/**
 * What goes wrong: an error answer, no answer ever, a torn connection, or only a delay in milliseconds. With `after`
 * the request's work is done first.
 */
export type Fault = { after?: boolean; delay?: number } & (
  | { status: number; code?: number; message?: string; body?: string }
  | { hang: true }
  | { reset: true }
  | { delay: number }
);

/** Thrown where the connection is to be torn. */
export class ConnectionReset extends Error {
  readonly code = 'ECONNRESET';
}

/** The faults that are waiting for requests; the one that was added first goes first. */
export class Faults {
  #entries: { matcher: Matcher; fault: Fault; left: number }[] = [];

  /** @returns a function that takes it off again */
  add(matcher: Matcher, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    const entry = { matcher, fault, left: times };
    this.#entries.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  take(request: { method: string; host: string; path: string }): Fault | undefined {
    this.#entries = this.#entries.filter(({ left }) => left > 0);
    const entry = this.#entries.find(({ matcher }) => matches(matcher, request));
    if (entry) entry.left -= 1;
    return entry?.fault;
  }

  clear(): void {
    this.#entries = [];
  }
}

/** @returns what a fault is, in two words */
export function describeFault(fault: Fault): string {
  if ('hang' in fault) return 'no answer';
  if ('reset' in fault) return 'connection torn';
  if ('status' in fault) return `${fault.status}${fault.after ? ' after the work' : ''}`;
  return `${fault.delay} ms late`;
}

function matches(
  { method, host, path }: Matcher,
  request: { method: string; host: string; path: string },
): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (host !== undefined && host !== request.host) return false;
  if (path === undefined) return true;
  if (path instanceof RegExp) return path.test(request.path);
  const literal = path.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '[^/]+');
  return new RegExp(`^${literal}$`).test(request.path);
}
