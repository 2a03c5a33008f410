import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { ApiDescription } from '../../simulator/twilio/http/openapi';
import { RestApi } from '../../simulator/twilio/rest-api';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
const state = new Conversations({ accountSid, authToken });
const rest = new RestApi(state);
const service = state.defaultServiceSid;

interface Given {
  query?: Record<string, string>;
  form?: Record<string, string>;
}

/** Asks as `METHOD https://host/path`. */
const ask = (what: string, { query = {}, form = {} }: Given = {}) => {
  const [method = '', url = ''] = what.split(' ');
  const { host, pathname: path } = new URL(url);
  return rest.handle({ method, host, path, query, form, headers: { authorization } });
};
const errorOf = (status: number, code: number, message: string) => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

describe("a request that the local Twilio holds against Twilio's description of its API", () => {
  it.each([
    ['GET https://conversations.twilio.com/v1/Roles', 'ListRole'],
    [`GET https://conversations.twilio.com/v1/Services/${service}/Bindings`, 'ListServiceBinding'],
    ['POST https://content.twilio.com/v1/Content', 'CreateContent'],
  ])('answers 501 to %s and names the operation', async (what, operation) => {
    const message = `The local Twilio does not simulate ${operation}: ${what}`;
    expect(await ask(what)).toMatchObject(errorOf(501, 20501, message));
  });

  it.each([
    ['GET', 'https://conversations.twilio.com', '/v1/Nothing'],
    ['PUT', 'https://conversations.twilio.com', '/v1/Conversations'],
    ['GET', 'https://sync.twilio.com', '/v2/Services'],
  ])("answers 404 to %s %s%s, which Twilio's API does not have", async (method, host, path) => {
    const message = `The requested resource ${path} was not found: Twilio's OpenAPI file has no ${method} for it`;
    expect(await ask(`${method} ${host}${path}`)).toMatchObject(errorOf(404, 20404, message));
  });

  it('answers 501 on a host that it has no description of', async () => {
    const what = 'GET https://verify.twilio.com/v2/Services';
    expect(await ask(what)).toMatchObject(errorOf(501, 20501, `The local Twilio does not simulate ${what}`));
  });

  const base = 'https://conversations.twilio.com/v1';
  it.each<[string, string, Given, string]>([
    ['a required field', `POST ${base}/Users`, {}, 'Missing required parameter Identity in the post body'],
    [
      'an empty required field',
      `POST ${base}/Services`,
      { form: { FriendlyName: '' } },
      'Missing required parameter FriendlyName in the post body',
    ],
    [
      'a state',
      `POST ${base}/Conversations`,
      { form: { State: 'open' } },
      'State must be one of: initializing, inactive, active, closed',
    ],
    [
      'a SID',
      `POST ${base}/Conversations`,
      { form: { MessagingServiceSid: 'IS1' } },
      'MessagingServiceSid must match ^MG[0-9a-fA-F]{32}$',
    ],
    [
      'a date',
      `POST ${base}/Conversations`,
      { form: { DateCreated: 'yesterday' } },
      'DateCreated must be an ISO 8601 date',
    ],
    [
      'an integer',
      'POST https://sync.twilio.com/v1/Services/default/Documents',
      { form: { Ttl: 'long' } },
      'Ttl must be an integer',
    ],
    [
      'a state to list by',
      `GET ${base}/Conversations`,
      { query: { State: 'open' } },
      'State must be one of: initializing, inactive, active, closed',
    ],
  ])('is refused where it is not right about %s', async (_what, request, given, message) => {
    expect(await ask(request, given)).toMatchObject(errorOf(400, 20001, message));
    expect(state.conversations()).toEqual([]);
  });

  it.each([
    [undefined, 50],
    ['7', 7],
    ['0', 50],
    ['many', 50],
    ['1000', 100],
  ])('gets pages of PageSize %s as long as the description allows: %d', async (PageSize, size) => {
    const answer = await ask(`GET ${base}/Conversations`, { query: PageSize ? { PageSize } : {} });
    expect(answer).toMatchObject({ status: 200, body: { meta: { page_size: size } } });
  });

  it('may have parameters that Twilio does not know: they are named, and change nothing', async () => {
    const given = { query: { Pagesize: '1' }, form: { FriendlyNam: 'Ada' } };
    const api = ApiDescription.of('conversations.twilio.com');
    const operation = api?.operation({ method: 'POST', path: '/v1/Services' });
    expect(operation && api?.unknownParameters(given, operation)).toEqual({
      query: ['Pagesize'],
      form: ['FriendlyNam'],
    });
    const form = { FriendlyName: 'Ada', FriendlyNam: 'Bob' };
    expect(await ask(`POST ${base}/Services`, { form })).toMatchObject({
      status: 201,
      body: { friendly_name: 'Ada' },
    });
  });
});
