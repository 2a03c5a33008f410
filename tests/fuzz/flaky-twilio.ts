import fc from 'fast-check';
import { ConnectionReset, FakeTwilio, type TwilioAnswer, type TwilioRequest } from '../support/fake-twilio';

/** How one request goes. */
export type Behavior =
  | { is: 'fine' }
  | { is: 'slow'; ms: number }
  | { is: 'hang' }
  | { is: 'reset' }
  | { is: 'answer'; status: number; body: object | string };

/** Text that an error from Twilio may quote, and that must not get into the log. */
const quoted = 'about +12125550101 María Gómez alice@example.com my-secret-text';

const errors: readonly (readonly [status: number, code: number])[] = [
  [400, 50000],
  [401, 20003],
  [403, 20403],
  [404, 20404],
  [409, 50386],
  [409, 50416],
  [409, 50433],
  [429, 20429],
  [500, 20500],
  [503, 20503],
];

/** Bodies that are not what the SDK asked for. */
const nonsense = [
  '<html><body>503 my-secret-text</body></html>',
  '',
  'null',
  '5',
  '"x"',
  '[]',
  '{}',
  '{"a":',
  '{"participants":null}',
  '{"participants":[null]}',
  '{"participants":[],"meta":5}',
  '{"participants":[],"meta":{"key":"participants","next_page_url":"::"}}',
  '{"attributes":{"a":1}}',
  '{"attributes":"[]","identity":null}',
];

const twilioError = fc.constantFrom(...errors).map(
  ([status, code]): Behavior => ({
    is: 'answer',
    status,
    body: { status, code, message: `${quoted} CH${'a'.repeat(32)}`, more_info: quoted },
  }),
);
const brokenError = fc
  .tuple(
    fc.constantFrom(400, 404, 429, 500, 502),
    fc.constantFrom('<html>my-secret-text', '', 'null', '5', '[]'),
  )
  .map(([status, body]): Behavior => ({ is: 'answer', status, body }));
const fine = fc.constant<Behavior>({ is: 'fine' });

/** Answers as Twilio gives them, and the ways in which a network fails. */
export const behaviors = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fine },
    { weight: 3, arbitrary: twilioError },
    { weight: 1, arbitrary: brokenError },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_000 }).map((ms): Behavior => ({ is: 'slow', ms })) },
    { weight: 1, arbitrary: fc.constantFrom<Behavior>({ is: 'hang' }, { is: 'reset' }) },
  ),
  { maxLength: 12 },
);

/** The same, with successes whose body is not what was asked for. */
export const nonsensicalBehaviors = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fine },
    {
      weight: 3,
      arbitrary: fc
        .tuple(fc.constantFrom(200, 201, 204, 302), fc.oneof(fc.constantFrom(...nonsense), fc.json()))
        .map(([status, body]): Behavior => ({ is: 'answer', status, body })),
    },
    { weight: 1, arbitrary: twilioError },
  ),
  { minLength: 1, maxLength: 6 },
);

/** A Twilio that takes each request as its behaviors say, and well once they are used up. */
export class FlakyTwilio extends FakeTwilio {
  /** The statuses that were answered; `none` where there was no answer, `late` where it came late. */
  readonly answered: (number | 'none' | 'late' | 'nonsense')[] = [];
  readonly #behaviors: Behavior[];

  constructor(sequence: readonly Behavior[]) {
    super();
    this.#behaviors = [...sequence];
  }

  /** Whether any request failed, came late or got a wrong answer. */
  get failed(): boolean {
    return this.answered.some((answer) => typeof answer !== 'number' || answer >= 400);
  }

  override async handle(request: TwilioRequest): Promise<TwilioAnswer> {
    const behavior = this.#behaviors.shift() ?? { is: 'fine' };
    switch (behavior.is) {
      case 'hang':
        this.answered.push('none');
        return new Promise<never>(() => {});
      case 'reset':
        this.answered.push('none');
        throw new ConnectionReset();
      case 'answer':
        this.answered.push(behavior.status < 400 ? 'nonsense' : behavior.status);
        return { status: behavior.status, body: behavior.body };
      case 'slow':
        this.answered.push('late');
        await new Promise((resolve) => setTimeout(resolve, behavior.ms));
        return super.handle(request);
      case 'fine': {
        const answer = await super.handle(request);
        this.answered.push(answer.status);
        return answer;
      }
    }
  }
}
