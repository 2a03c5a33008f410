import { type Answer, refused } from './http';

/** What the caller sees instead of the answer. */
export const spoilings = {
  refused: { fails: 'ECONNREFUSED' },
  '400': { instead: refused(400, 20001, 'Bad Request') },
  '404': { instead: refused(404, 20404, 'The requested resource was not found') },
  '429': { instead: { ...refused(429, 20429, 'Too Many Requests'), headers: { 'retry-after': '1' } } },
  '500': { instead: refused(500, 20500, 'An internal server error has occurred') },
  '503': { instead: { status: 503, headers: {}, body: '<html><h1>503 Service Unavailable</h1></html>' } },
  '504': { instead: { status: 504, headers: {}, body: '{"message":"Endpoint request timed out"}' } },
  '408': { instead: refused(408, 20408, 'Request Timeout') },
  // The HTTP library tells of an answer that breaks off by an error with the answer's status.
  cut: { fails: 'ERR_BAD_RESPONSE' },
  empty: { body: '' },
  garbage: { body: '<html>OK</html>' },
  foreign: { body: '{"ok":true}' },
  drip: { answersAfter: 7_000 },
  reset: { fails: 'ECONNRESET' },
  hang: { hangs: true },
} as const satisfies Record<string, Spoiling>;

export type SpoilingName = keyof typeof spoilings;

type Spoiling =
  | { fails: string }
  | { instead: Answer }
  | { body: string }
  | { answersAfter: number }
  | { hangs: true };

/** When what was asked for is done: not at all, or so many milliseconds after the request has arrived. */
export type Effect = 'none' | number;

export interface Fault {
  /** Which requests: as `patternOf` names them. */
  step: string;
  /** The first of them that it meets, counted from 0. */
  from: number;
  /** One request; or all of them for as many milliseconds as this, from the first one on. */
  lasts: 'once' | number;
  spoiling: SpoilingName | 'kill';
  effect: Effect;
}

const effectsOfUncertain: Effect[] = ['none', 0, 500, 2_000, 8_000];

/** Answers by which Twilio says that it did nothing. */
const denials: SpoilingName[] = ['400', '404', '429'];

interface Kind {
  spoiling: SpoilingName;
  effect: Effect;
}

/** Everything that can happen to a request that only reads. */
export const readFaults: Kind[] = (Object.keys(spoilings) as SpoilingName[]).map((spoiling) => ({
  spoiling,
  effect: 'none',
}));

/** Everything that can happen to one that changes something, where Twilio's own answers are true. */
export const writeFaults: Kind[] = readFaults.flatMap((kind): Kind[] => {
  const { spoiling } = kind;
  if (spoiling === 'refused' || denials.includes(spoiling)) return [kind];
  return effectsOfUncertain.map((effect) => ({ spoiling, effect }));
});

/** Where they are not: what Twilio says that it refused is done all the same. */
export const falseDenials: Kind[] = denials.flatMap((spoiling) =>
  ([0, 500, 2_000, 8_000] as const).map((effect) => ({ spoiling, effect })),
);

export const describeFault = ({ step, from, lasts, spoiling, effect }: Fault): string =>
  [
    `${step} #${from}`,
    spoiling,
    effect === 'none' ? 'not done' : effect === 0 ? 'done' : `done ${effect} ms later`,
    lasts === 'once' ? 'once' : `for ${lasts} ms`,
  ].join(', ');
