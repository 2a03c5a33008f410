import { Conversations } from '../../simulator/twilio/conversations/conversations';
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
    ['GET https://flex-api.twilio.com/v1/FlexFlows', 'ListFlexFlow'],
    ['GET https://content.twilio.com/v1/LegacyContent', 'ListLegacyContent'],
    ['POST https://content.twilio.com/v1/Content', 'CreateContent'],
    ['GET https://verify.twilio.com/v2/Services', 'ListService'],
    ['POST https://ip-messaging.twilio.com/v1/Services', 'CreateService'],
    ['GET https://preview.twilio.com/wireless/Sims', 'ListWirelessSim'],
  ])('answers 501 to %s and names the operation', async (what, operation) => {
    const message = `The local Twilio does not simulate ${operation}: ${what}`;
    expect(await ask(what)).toMatchObject(errorOf(501, 20501, message));
  });

  it.each([
    ['GET', 'https://conversations.twilio.com', '/v1/Nothing'],
    ['PUT', 'https://conversations.twilio.com', '/v1/Conversations'],
    ['GET', 'https://video.twilio.com', '/v1/Nothing'],
  ])("answers 404 to %s %s%s, which Twilio's API does not have", async (method, host, path) => {
    const message = `The requested resource ${path} was not found: Twilio's OpenAPI file has no ${method} for it`;
    expect(await ask(`${method} ${host}${path}`)).toMatchObject(errorOf(404, 20404, message));
  });

  it.each([
    ['on a host', 'GET https://nope.twilio.com/v2/Services'],
    ['on a host with a name of its own', 'GET https://__proto__.twilio.com/v2/Services'],
    ['of a version', 'GET https://conversations.twilio.com/v2/Conversations'],
  ])('answers 501 %s that it has no description of', async (_title, what) => {
    expect(await ask(what)).toMatchObject(errorOf(501, 20501, `The local Twilio does not simulate ${what}`));
  });

  it.each([
    ['GET https://nope.twilio.com/v2/Services', ''],
    ['POST https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json', 'CreateCall: '],
    ['GET https://flex-api.twilio.com/v1/FlexFlows', 'ListFlexFlow: '],
  ])('answers 501 to %s before it looks at credentials and parameters', async (what, operation) => {
    const [method = '', url = ''] = what.split(' ');
    const { host, pathname: path } = new URL(url);
    const answer = await rest.handle({ method, host, path, query: { No: '1' }, form: {}, headers: {} });
    const message = `The local Twilio does not simulate ${operation}${what}`;
    expect(answer).toMatchObject(errorOf(501, 20501, message));
  });

  const base = 'https://conversations.twilio.com/v1';
  it.each<[string, string, Given, string, number?]>([
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
      "'State' parameter value is invalid: State must be one of: initializing, inactive, active, closed",
      50378,
    ],
    [
      'a state of Twilio’s own',
      `POST ${base}/Conversations`,
      { form: { State: 'initializing' } },
      "'State' parameter value is invalid: Supported values are active, inactive, closed",
      50378,
    ],
    [
      'an empty state',
      `POST ${base}/Conversations`,
      { form: { State: '' } },
      "'State' field can't be empty: State must be one of: initializing, inactive, active, closed",
      50374,
    ],
    [
      'a SID',
      `POST ${base}/Conversations`,
      { form: { MessagingServiceSid: 'IS1' } },
      'Invalid messaging service SID: MessagingServiceSid must match ^MG[0-9a-fA-F]{32}$',
      50341,
    ],
    // Date.parse reads some of these; one in a conversation would make every later list fail.
    ...['yesterday', 'rubbish', 'rubbish 1', '', '2026-13-01', '+275761-01-01T00:00:00Z'].map(
      (DateCreated): [string, string, Given, string, number] => [
        `a date: ${JSON.stringify(DateCreated)}`,
        `POST ${base}/Conversations`,
        { form: { DateCreated } },
        'Invalid Date Created parameter: DateCreated must be an ISO 8601 date',
        50308,
      ],
    ),
    [
      'the date of a change',
      `POST ${base}/Conversations`,
      { form: { DateUpdated: '1/2/2026' } },
      'Invalid Date Updated parameter: DateUpdated must be an ISO 8601 date',
      50309,
    ],
    ...['StartDate', 'EndDate'].map((name): [string, string, Given, string] => [
      `a date to list by: ${name}`,
      `GET ${base}/Conversations`,
      { query: { [name]: 'rubbish' } },
      `${name} must be an ISO 8601 date`,
    ]),
    [
      'an integer',
      'POST https://sync.twilio.com/v1/Services/default/Documents',
      { form: { Ttl: 'long' } },
      'Ttl must be an integer',
    ],
    [
      'a boolean',
      `POST ${base}/Services/${service}/Configuration`,
      { form: { ReachabilityEnabled: 'yes' } },
      'ReachabilityEnabled must be true or false',
    ],
    [
      'a URL',
      `POST ${base}/Services/${service}/Configuration/Webhooks`,
      { form: { PreWebhookUrl: 'example.com/hook' } },
      'PreWebhookUrl must be a URL with http or https',
    ],
    [
      'a state to list by',
      `GET ${base}/Conversations`,
      { query: { State: 'open' } },
      'State must be one of: initializing, inactive, active, closed',
    ],
    ...['0', '-1', 'many', '1.5', ''].map((PageSize): [string, string, Given, string] => [
      `a page size: ${JSON.stringify(PageSize)}`,
      `GET ${base}/Conversations`,
      { query: { PageSize } },
      'PageSize must be an integer of at least 1',
    ]),
    [
      'a page',
      `GET ${base}/Conversations`,
      { query: { Page: 'first' } },
      'Page must be an integer of at least 0',
    ],
    [
      'the name of a query parameter',
      `GET ${base}/Conversations`,
      { query: { Pagesize: '1' } },
      'ListConversation has no query parameter Pagesize',
    ],
    [
      'the name of a parameter in the body',
      `POST ${base}/Services`,
      { form: { FriendlyName: 'Ada', FriendlyNam: 'Bob' } },
      'CreateService has no parameter FriendlyNam in the post body',
    ],
    [
      'where a parameter stands',
      `GET ${base}/Conversations`,
      { form: { State: 'active' } },
      'ListConversation has no parameter State in the post body',
    ],
  ])('is refused where it is not right about %s', async (_what, request, given, message, code = 20001) => {
    const services = (await ask(`GET ${base}/Services`)).body;
    expect(await ask(request, given)).toMatchObject(errorOf(400, code, message));
    expect(state.conversations()).toEqual([]);
    expect((await ask(`GET ${base}/Services`)).body).toEqual(services);
  });

  it('is refused with 501 for a parameter that is not simulated, and changes nothing', async () => {
    const form = { 'Bindings.Email.Address': 'a@example.com' };
    const message =
      'The local Twilio does not simulate the parameter Bindings.Email.Address of CreateConversation';
    expect(await ask(`POST ${base}/Conversations`, { form })).toMatchObject(errorOf(501, 20501, message));
    expect(state.conversations()).toEqual([]);
  });

  it('can have a parameter that only Twilio’s own toolkit sends', async () => {
    const services = 'https://serverless.twilio.com/v1/Services';
    await ask(`POST ${services}`, { form: { UniqueName: 'one', FriendlyName: 'One' } });
    const form = { UniqueName: 'dev', FriendlyName: 'dev Environment (Created by CLI)' };
    expect(await ask(`POST ${services}/one/Environments`, { form })).toMatchObject({ status: 201 });
  });

  it.each([
    [undefined, 50],
    ['7', 7],
    ['1000', 100],
  ])('gets pages of PageSize %s as long as the description allows: %d', async (PageSize, size) => {
    const answer = await ask(`GET ${base}/Conversations`, { query: PageSize ? { PageSize } : {} });
    expect(answer).toMatchObject({ status: 200, body: { meta: { page_size: size } } });
  });
});
