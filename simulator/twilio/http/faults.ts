/** Which requests a fault hits; what is left out matches everything. In a text path `*` stands for one segment. */
export interface Matcher {
  method?: string;
  host?: string;
  path?: string | RegExp;
}

/**
 * How an answer is spoiled on its way, below HTTP: cut after so many bytes of its body (or of its status line and
 * headers) and the connection ended in order (FIN) or by a reset (RST); one byte of the body each so many
 * milliseconds; or a Content-Length that many bytes more, or less, than there are.
 */
export type Wire =
  | { cut: number; in?: 'body' | 'headers'; end?: 'FIN' | 'RST' }
  | { drip: number }
  | { contentLength: number };

/**
 * What goes wrong: an error answer, no answer ever, a torn connection, a delay in milliseconds, another body under
 * the status that Twilio would answer, or an answer that is spoiled on its way. With `after` the request's work is
 * done first, with `later` that many milliseconds after it was answered.
 *
 * Of a request that changes nothing, the answer that is spoiled is the real one. Without `after` the work of any
 * other is not done; its answer then has the status of a success and a body that nobody can take for one.
 */
export type Fault = { after?: boolean; later?: number; delay?: number } & (
  | { status: number; code?: number; message?: string; body?: string; headers?: Record<string, string> }
  | { body: string; headers?: Record<string, string> }
  | { hang: true }
  | { reset: true }
  | { delay: number }
  | Wire
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

/** @returns what a fault does to an answer on its way, or undefined when it does something else */
export function wireOf(fault: Fault): Wire | undefined {
  return 'cut' in fault || 'drip' in fault || 'contentLength' in fault ? fault : undefined;
}

/** @returns what a fault is, in a few words */
export function describeFault(fault: Fault): string {
  const when = fault.after ? ' after the work' : fault.later !== undefined ? ' before the work' : '';
  return `${describeKind(fault)}${when}`;
}

function describeKind(fault: Fault): string {
  if ('hang' in fault) return 'no answer';
  if ('reset' in fault) return 'connection torn';
  if ('status' in fault) return String(fault.status);
  if ('body' in fault) return fault.body === '' ? 'empty body' : 'garbage';
  if ('cut' in fault) return `cut in the ${fault.in ?? 'body'} (${fault.end ?? 'FIN'})`;
  if ('drip' in fault) return `a byte each ${fault.drip} ms`;
  if ('contentLength' in fault) return 'wrong length';
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
