import { TwilioOpenApi } from './openapi';
import { accountSid, authToken, useRestApi } from './rest-api';

const openApi = new TwilioOpenApi();
const api = useRestApi();

describe("the check against Twilio's description", () => {
  const request = {
    method: 'POST',
    host: 'conversations.twilio.com',
    path: '/v1/Conversations',
    query: {},
    form: { FriendlyName: 'x' },
    headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}` },
  };

  it('finds an unknown parameter, a missing field, an unknown one and a wrong type', async () => {
    const answer = await api.rest.handle(request);
    expect(openApi.check(request, answer)).toEqual([]);
    const { sid: _sid, ...body } = answer.body as Record<string, unknown>;
    const wrong = { ...answer, body: { ...body, friendly_name: 5, extra: 1 } };
    const found = openApi.check({ ...request, form: { FriendlyNam: 'x', State: 'odd' } }, wrong);
    expect(
      found.map((problem) => problem.replace('POST conversations.twilio.com/v1/Conversations: ', '')),
    ).toEqual([
      'form parameter FriendlyNam is unknown',
      'State  must be equal to one of the allowed values',
      '/friendly_name must be string',
      '.sid is missing',
      '.extra is unknown',
    ]);
    expect(openApi.check({ ...request, path: '/v1/Nothing' }, answer)).toHaveLength(1);
  });
});
