import type { Fault } from '../support/fake-twilio';

/** Ways in which an answer from Twilio can be spoiled, in HTTP and below it. */
const spoiled = {
  'cut in the body': { cut: 7 },
  'reset in the body': { cut: 7, end: 'RST' },
  'cut in the headers': { cut: 20, in: 'headers' },
  'reset before any byte': { reset: true },
  'a byte a second': { drip: 1_000 },
  'garbage for a body': { body: '{"sid": "MB0' },
  'a page for a body': { body: '<html><body>OK</body></html>' },
  'no body': { body: '' },
  'a length that is too long': { contentLength: 40 },
  'a length that is too short': { contentLength: -9 },
  "a gateway's 404": { status: 404, body: '<html><body>Not Found</body></html>' },
  "a 403 that is not Twilio's": { status: 403, body: '{"error":"forbidden"}' },
  'a 408': { status: 408, code: 20408 },
  'a 500': { status: 500, code: 20500 },
  'a 429 with Retry-After': { status: 429, code: 20429, headers: { 'Retry-After': '1' } },
} as const satisfies Record<string, Fault>;

/** Each of them before the work of a request is done, and, but for a 429, after it. */
export const wireFaults: { name: string; fault: Fault }[] = Object.entries(spoiled).flatMap(
  ([name, fault]) => [
    { name, fault },
    ...('status' in fault && fault.status === 429
      ? []
      : [{ name: `${name}, after the work`, fault: { ...fault, after: true } }]),
  ],
);

/** Runs a few at a time: all at once would take the time that a slow answer leaves. */
export async function inBatches<T, R>(
  items: readonly T[],
  run: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += 5) {
    const batch = items.slice(start, start + 5).map((item, offset) => run(item, start + offset));
    results.push(...(await Promise.all(batch)));
  }
  return results;
}
