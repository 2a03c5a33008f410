/** Which requests a fault applies to; an omitted field matches everything. `*` in a path matches one segment. */
export interface Matcher {
  method?: string;
  host?: string;
  path?: string | RegExp;
}

/**
 * How an answer is corrupted below HTTP: `cut` ends the connection after that many bytes of the body (or of the status
 * line and headers), in order (FIN) or by a reset (RST); `drip` sends one byte of the body every that many
 * milliseconds; `contentLength` is added to the real Content-Length.
 */
export type WireFault =
  | { cut: number; in?: 'body' | 'headers'; end?: 'FIN' | 'RST' }
  | { drip: number }
  | { contentLength: number };

/**
 * What goes wrong: an error, no answer at all, a reset connection, a delay in milliseconds, another body with the status
 * that Twilio would answer, or an answer that is corrupted below HTTP. With `after` the request is carried out first;
 * with `later` it is carried out that many milliseconds after the answer.
 *
 * When the answer to a GET is corrupted, it is the real one. Any other request is not carried out without `after`: its
 * answer has a success status and a body that is not JSON.
 */
export type Fault = { after?: boolean; later?: number; delay?: number } & (
  | { status: number; code?: number; message?: string; body?: string; headers?: Record<string, string> }
  | { body: string; headers?: Record<string, string> }
  | { hang: true }
  | { reset: true }
  | { delay: number }
  | WireFault
  /** Half-way in the body. */
  | { cut: 'half' }
);

/** Thrown to make the server reset the connection. */
export class ConnectionReset extends Error {
  readonly code = 'ECONNRESET';
}

/** The faults that wait for a matching request, first in, first out. */
export class Faults {
  #entries: { matcher: Matcher; fault: Fault; left: number }[] = [];

  /** @returns a function that removes the fault */
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

/** @returns how a fault corrupts an answer below HTTP; undefined if it does not */
export function wireFaultOf(fault: Fault, body: object | string = ''): WireFault | undefined {
  if ('cut' in fault && fault.cut === 'half') {
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    return { cut: Buffer.byteLength(text) >> 1 };
  }
  return 'cut' in fault || 'drip' in fault || 'contentLength' in fault ? (fault as WireFault) : undefined;
}

/** @returns a fault in a few words, for the timeline */
export function nameFault(fault: Fault): string {
  const when = fault.after ? ' after the work' : fault.later !== undefined ? ' before the work' : '';
  return `${nameKind(fault)}${when}`;
}

function nameKind(fault: Fault): string {
  if ('hang' in fault) return 'no answer';
  if ('reset' in fault) return 'connection reset';
  if ('status' in fault) return String(fault.status);
  if ('body' in fault) return fault.body === '' ? 'empty body' : 'garbage';
  if ('cut' in fault) {
    return fault.cut === 'half'
      ? 'cut off halfway'
      : `cut in the ${fault.in ?? 'body'} (${fault.end ?? 'FIN'})`;
  }
  if ('drip' in fault) return `one byte every ${fault.drip} ms`;
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
