import type { Fault } from '../../simulator/twilio/http/faults';
import { VirtualFlex } from './virtual-flex';

const sms = { channel: 'sms', to: '+12125550101', body: 'Hello Ada' };
const page = '<html><body><h1>Bad Gateway</h1></body></html>';
const refusal = {
  valid: false,
  code: 20101,
  message: 'Invalid Access Token',
  worker_sid: null,
  roles: null,
  realm_user_id: null,
  expiration: null,
  identity: null,
};

const unauthorized = [401, 'unauthorized'];
const unavailable = [503, 'twilio_unavailable'];
const ourFault = [500, 'credentials_refused'];

async function outcomeOf(fault: Fault, times?: number): Promise<unknown[]> {
  const flex = new VirtualFlex();
  flex.fail({ host: 'iam.twilio.com' }, fault, times);
  const { status, body } = await flex.asAgent(sms);
  expect(flex.clock).toBeLessThan(9_500);
  if (status !== 201) expect(flex.writes().filter((write) => !write.includes('/Tokens/'))).toEqual([]);
  return [status, body.code];
}

describe('the validation of a Flex token', () => {
  it('is requested once, as JSON, with our credentials', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent(sms);
    expect(flex.requests.filter(({ host }) => host === 'iam.twilio.com')).toMatchObject([
      {
        method: 'POST',
        path: `/v1/Accounts/AC${'0'.repeat(32)}/Tokens/validate`,
        form: { token: expect.stringMatching(/^local-flex-token/) },
        headers: { 'content-type': 'application/json', authorization: expect.stringMatching(/^Basic /) },
      },
    ]);
  });

  it.each<[string, Fault, unknown[]]>([
    ['200, not valid', { status: 200, body: JSON.stringify(refusal) }, unauthorized],
    ['200, expired', { status: 200, body: JSON.stringify({ ...refusal, code: 20104 }) }, unauthorized],
    ['200, and nothing clear', { status: 200, body: '{}' }, unauthorized],
    ['200, "true" as text', { status: 200, body: '{"valid":"true","identity":"alice"}' }, unauthorized],
    ['200, valid, of nobody', { status: 200, body: '{"valid":true}' }, unauthorized],
    ['401, not valid', { status: 401, body: JSON.stringify(refusal) }, unauthorized],
    ['401, a bad token', { status: 401, code: 20101, message: 'Invalid Access Token' }, unauthorized],
    ['403, an expired token', { status: 403, code: 20104, message: 'Access Token expired' }, unauthorized],
    ['400, a token that cannot be read', { status: 400, code: 20001, message: 'Bad token' }, unauthorized],
    ['401, a bad password', { status: 401, code: 20003, message: 'Authenticate' }, ourFault],
    ['403, no permission', { status: 403, code: 20403, message: 'Forbidden' }, ourFault],
    ['404, no such account', { status: 404, code: 20404, message: 'not found' }, ourFault],
    ['401 of a gateway', { status: 401, body: page }, unavailable],
    ['404 of a gateway', { status: 404, body: page }, unavailable],
    ['200, a page', { status: 200, body: page }, unavailable],
    ['200, half an answer', { status: 200, body: '{"valid":tr' }, unavailable],
    ['200, a list', { status: 200, body: '[{"valid":true}]' }, unavailable],
    ['302', { status: 302, body: '' }, unavailable],
    ['408', { status: 408, code: 20408, message: 'Request Timeout' }, unavailable],
    ['429', { status: 429, code: 20429, message: 'Too Many Requests' }, unavailable],
    ['500', { status: 500, code: 20500, message: 'An internal server error has occurred' }, unavailable],
    ['503, and yet a yes', { status: 503, body: '{"valid":true,"identity":"alice"}' }, unavailable],
    ['no answer', { hang: true }, unavailable],
    ['a reset connection', { reset: true }, unavailable],
  ])('takes its outcome from the answer: %s', async (_what, fault, expected) => {
    expect(await outcomeOf(fault)).toEqual(expected);
  });

  it.each<[string, Fault]>([
    ['a reset connection', { reset: true }],
    ['a gateway’s page', { status: 503, body: page }],
    ['too many requests', { status: 429, code: 20429, message: 'Too Many Requests' }],
    ['no answer', { hang: true }],
  ])('is requested again after %s', async (_what, fault) => {
    expect(await outcomeOf(fault, 1)).toEqual([201, undefined]);
  });

  // Twilio may answer either with 401 and 20003 or as for an account that does not exist, with 404 and 20404.
  it.each([
    ['an auth token', { authToken: 'f'.repeat(32) }],
    ['an account', { accountSid: `AC${'f'.repeat(32)}` }],
  ])('answers 500 with %s that Twilio does not know', async (_what, credentials) => {
    const flex = new VirtualFlex();
    Object.assign(flex.credentials, credentials);
    expect(await flex.asAgent(sms)).toMatchObject({ status: 500, body: { code: 'credentials_refused' } });
    expect(flex.lines.at(-1)).toMatchObject({ level: 'error', field: 'ACCOUNT_SID or AUTH_TOKEN' });
  });
});
