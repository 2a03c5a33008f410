import { expectRefused, identity, sms } from './outbound-start';
import { apiKey, VirtualFlex } from './virtual-flex';

describe('the caller of an outbound start', () => {
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
  });
  const unauthorized = { status: 401, body: { code: 'unauthorized', message: 'Not authorized.' } };
  const forbidden = { status: 403, body: { code: 'forbidden', message: 'Not allowed.' } };

  it('is an agent by the Flex token, whose worker and identity it uses', async () => {
    const token = flex.rest.flexTokens.issue('bob@example.com');
    const lies = {
      identity: 'alice',
      workerSid: 'WK1',
      roles: ['admin'],
      TokenResult: { identity: 'alice' },
    };
    for (const [name, lie] of Object.entries(lies)) {
      const answer = await flex.call({ ...sms, [name]: lie, Token: token });
      expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_event' } });
      expect(answer.body.message).toContain(`request has no field "${name}"`);
    }
    expect(flex.messages()).toEqual([]);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ author: 'bob_40example_2Ecom' }]);
  });

  it.each([
    ['by name', 'alice@example.com'],
    ['by SID', `WK${'1'.padStart(32, '0')}`],
  ])('is a server by its key, for the worker whom it names %s', async (_title, worker) => {
    expect(await flex.asServer({ ...sms, worker })).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ author: identity }]);
    expect(flex.requests.map(({ host }) => host)).not.toContain('iam.twilio.com');
  });

  it.each([
    ['nothing', {}, {}, 'no_credentials'],
    ['an empty token', { Token: '' }, {}, 'malformed_token'],
    ['a token of another kind', { Token: { a: 1 } }, {}, 'malformed_token'],
    ['a token that cannot be a header', { Token: 'ünsinn\r\n' }, {}, 'malformed_token'],
    ['a token that Twilio does not know', { Token: 'abc.def' }, {}, 'refused_token'],
    ['a wrong key', {}, { authorization: `Bearer ${apiKey}x` }, 'wrong_api_key'],
    ['a key as another scheme', {}, { authorization: `Basic ${apiKey}` }, 'authorization_is_no_bearer'],
  ])(
    'is answered with 401 with %s, and only the log has the reason',
    async (_title, body, headers, reason) => {
      expect(await flex.call({ ...sms, ...body }, headers)).toMatchObject(unauthorized);
      expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', error: 'unauthorized', reason });
      expectRefused(flex);
    },
  );

  it.each([
    ['expired', { lifeMs: -1_000 }],
    ['of another account', { accountSid: `AC${'1'.repeat(32)}` }],
  ])('is answered with 401 with a token that is %s', async (_title, options) => {
    const token = flex.rest.flexTokens.issue('alice@example.com', options);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject(unauthorized);
    expectRefused(flex);
  });

  it.each([
    ['without the role', { roles: ['wfo.full_access'] }, 'no_allowed_role'],
    ['without any role', { roles: [] }, 'no_allowed_role'],
    ['who is no worker', { worker: false }, 'no_worker'],
  ])('is answered with 403 as a Flex user %s', async (_title, options, reason) => {
    const token = flex.rest.flexTokens.issue('alice@example.com', options);
    expect(await flex.call({ ...sms, Token: token })).toMatchObject(forbidden);
    expect(flex.lines.at(-1)).toMatchObject({ error: 'forbidden', reason });
    expectRefused(flex);
  });

  it.each([undefined, '', 'short'])('is answered with 401 where the configured key is %j', async (key) => {
    if (key === undefined) delete flex.env.OUTBOUND_API_KEY;
    else flex.env.OUTBOUND_API_KEY = key;
    const authorization = `Bearer ${key || 'undefined'}`;
    expect(await flex.call({ ...sms, worker: 'alice@example.com' }, { authorization })).toMatchObject(
      unauthorized,
    );
    expect(flex.lines.at(-1)).toMatchObject({ reason: 'no_api_key_configured' });
  });

  it('is answered with 500 where our own credentials are wrong, not the token', async () => {
    flex.fail({ host: 'iam.twilio.com' }, { status: 401, code: 20003, message: 'Authenticate' });
    expect(await flex.asAgent(sms)).toMatchObject({ status: 500, body: { code: 'credentials_refused' } });
  });

  it('is not answered with 403 for a failure after the token was accepted', async () => {
    flex.routing.proxyAddresses.defaults = { sms: 'not a number' };
    expect(await flex.asAgent(sms)).toMatchObject({
      status: 500,
      body: { code: 'proxy_of_another_channel' },
    });
  });
});

describe('a page of another origin', () => {
  const preflight = { 'access-control-request-method': 'POST', 'content-type': undefined as never };

  it.each([
    ['https://flex.twilio.com', 'https://flex.twilio.com'],
    ['https://flex.twilio.com.example.com', undefined],
    ['null', undefined],
    [undefined, undefined],
  ])('%s may read the answer as %s', async (origin, allowed) => {
    const flex = new VirtualFlex();
    const from = origin === undefined ? {} : { origin };
    const { status, headers } = await flex.call({}, { ...preflight, ...from });
    expect([status, headers['access-control-allow-origin'], headers.vary]).toEqual([204, allowed, 'Origin']);
    expect(headers['access-control-allow-headers']).toBe(allowed && 'Authorization, Content-Type');
    const refused = await flex.call(sms, from);
    const expected = allowed || origin === undefined ? 401 : 403;
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([expected, allowed]);
    expect(flex.requests).toEqual([]);
  });

  it('is answered with 403 where it is not listed, with any token', async () => {
    const flex = new VirtualFlex();
    const Token = flex.rest.flexTokens.issue('alice@example.com');
    expect(await flex.call({ ...sms, Token }, { origin: 'https://evil.example' })).toMatchObject({
      status: 403,
      body: { code: 'forbidden', message: 'Not allowed.' },
    });
    expect(flex.lines.at(-1)).toMatchObject({ level: 'warn', reason: 'origin_not_listed' });
    expect(flex.requests).toEqual([]);
    const listed = await flex.call({ ...sms, Token }, { origin: 'https://flex.twilio.com' });
    expect([listed.status, listed.headers['access-control-allow-origin']]).toEqual([
      201,
      'https://flex.twilio.com',
    ]);
  });

  it('is not allowed by a wildcard', async () => {
    const flex = new VirtualFlex();
    Object.assign(flex.routing.flex, { roles: [], origins: ['*'] });
    const { headers } = await flex.call({}, { ...preflight, origin: 'https://evil.example' });
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  it.each([undefined, 'text/plain', 'multipart/form-data; boundary=x'])(
    'is answered with 415 to a body of type %s',
    async (type) => {
      const flex = new VirtualFlex();
      expect(await flex.call(sms, { 'content-type': type as never })).toMatchObject({
        status: 415,
        body: { code: 'unsupported_media_type' },
      });
    },
  );
});
