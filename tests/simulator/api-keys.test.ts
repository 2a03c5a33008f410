import twilio from 'twilio';
import { inProcess } from './in-process';
import { accountSid, failure, useRestApi } from './rest-api';

const api = useRestApi();
const clientOf = (sid: string, secret = ''): twilio.Twilio =>
  twilio(sid, secret, { accountSid, httpClient: inProcess(api.rest) });

describe.each([
  ['the API of 2010', () => api.client.newKeys.create({ friendlyName: 'CI' })],
  ['the IAM API', () => api.client.iam.v1.newApiKey.create({ accountSid, friendlyName: 'CI' })],
])('an API key that %s makes', (_title, create) => {
  it('reaches everything but accounts and keys, until it is removed', async () => {
    const made = await create();
    expect(made).toMatchObject({ sid: expect.stringMatching(/^SK[0-9a-f]{32}$/), friendlyName: 'CI' });
    const client = clientOf(made.sid, made.secret);
    const { sid } = await client.conversations.v1.conversations.create({ friendlyName: 'Ada' });
    expect((await api.conversations()(sid).fetch()).friendlyName).toBe('Ada');
    expect(await failure(client.keys.list())).toEqual([401, 20003]);
    expect(await failure(client.iam.v1.getApiKeys.list({ accountSid }))).toEqual([401, 20003]);
    expect(await failure(client.api.v2010.accounts(accountSid).fetch())).toEqual([401, 20003]);
    expect(await failure(clientOf(made.sid, 'wrong').conversations.v1.conversations.list())).toEqual([
      401, 20003,
    ]);

    expect((await api.client.keys(made.sid).update({ friendlyName: 'Build' })).friendlyName).toBe('Build');
    expect((await api.client.keys.list()).map((key) => [key.sid, key.friendlyName])).toEqual([
      [made.sid, 'Build'],
    ]);
    expect((await api.client.iam.v1.getApiKeys.list({ accountSid })).map((key) => key.sid)).toEqual([
      made.sid,
    ]);
    expect((await api.client.iam.v1.apiKey(made.sid).fetch()).friendlyName).toBe('Build');
    await api.client.keys(made.sid).remove();
    expect(await failure(api.client.keys(made.sid).fetch())).toEqual([404, 20404]);
    expect(await failure(client.conversations.v1.conversations.list())).toEqual([401, 20003]);
  });
});

it('the account is what `twilio login` reads before it makes a key', async () => {
  const account = await api.client.api.v2010.accounts(accountSid).fetch();
  expect(account).toMatchObject({
    sid: accountSid,
    status: 'active',
    type: 'Full',
    authToken: api.state.authToken,
  });
  expect(await failure(api.client.api.v2010.accounts(`AC${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  expect(await failure(api.clientOf('wrong').api.v2010.accounts(accountSid).fetch())).toEqual([401, 20003]);
});

it('restricted API keys are not simulated', async () => {
  const restricted = { accountSid, keyType: 'restricted' as const, policy: { allow: [] } };
  expect(await failure(api.client.iam.v1.newApiKey.create(restricted))).toEqual([501, 20501]);
});
