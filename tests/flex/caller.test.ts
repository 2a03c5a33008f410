import type { Waiting } from '../../lib/twilio/api';
import { validateFlexToken } from '../../lib/webhook/caller';

/** So much time that two tries fit into it. */
function waiting(): Waiting {
  let left = 400;
  return {
    deadline: { remaining: () => left },
    random: () => 0.5,
    sleep: async (ms) => {
      left -= ms;
    },
  };
}
const never = { done: new Promise<void>(() => undefined), clear: () => undefined };

async function outcomeOf(ask: () => Promise<unknown>, timer = () => never): Promise<unknown> {
  return validateFlexToken(waiting(), ask, timer).then(
    () => 'accepted',
    (error: { code: string }) => error.code,
  );
}

describe('the verdict on a Flex token', () => {
  it.each([
    ['Access Token expired', 'unauthorized'],
    ['Invalid Access Token', 'unauthorized'],
    ['The token has EXPIRED', 'unauthorized'],
    ['Unauthorized: Token was not provided', 'unauthorized'],
    [undefined, 'unauthorized'],
    ['connect ECONNREFUSED 127.0.0.1:443', 'twilio_unavailable'],
    ['getaddrinfo ENOTFOUND iam.twilio.com', 'twilio_unavailable'],
    ['getaddrinfo EAI_AGAIN iam.twilio.com', 'twilio_unavailable'],
    ['socket hang up', 'twilio_unavailable'],
    ['Client network socket disconnected before secure TLS connection was established', 'twilio_unavailable'],
    ['Unexpected token < in JSON at position 0', 'twilio_unavailable'],
    ['Unexpected end of JSON input', 'twilio_unavailable'],
    ['Too Many Requests', 'twilio_unavailable'],
    ['An internal server error has occurred', 'twilio_unavailable'],
    ['Service Unavailable', 'twilio_unavailable'],
    ['Authenticate', 'credentials_refused'],
    ['Authentication Error - invalid username', 'credentials_refused'],
  ])('that the validator gives as %j is %s', async (reason, code) => {
    expect(await outcomeOf(() => Promise.reject(reason))).toBe(code);
  });

  it('is asked for again while there is none', async () => {
    const answers = [() => Promise.reject('socket hang up'), () => Promise.resolve({ valid: true })];
    let asked = 0;
    const ask = (): Promise<unknown> => answers[asked++]?.() ?? Promise.reject('no more');
    expect(await outcomeOf(ask)).toBe('accepted');
    expect(asked).toBe(2);
  });

  it('is not waited for for ever', async () => {
    const late = { done: Promise.resolve(), clear: () => undefined };
    expect(
      await outcomeOf(
        () => new Promise(() => undefined),
        () => late,
      ),
    ).toBe('twilio_unavailable');
  });
});
