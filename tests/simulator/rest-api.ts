import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';

export const accountSid = `AC${'0'.repeat(32)}`;
export const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

/** The local Twilio's REST API as one test has it; what the test assigns takes effect. */
export interface TestedRestApi {
  now: Date;
  state: Conversations;
  rest: RestApi;
  /** The real SDK, whose requests stay in this process. */
  client: twilio.Twilio;
  /** The `Twilio-Request-Id` of every answer. */
  requestIds: Set<string>;
  clientOf(token?: string): twilio.Twilio;
  conversations(): twilio.Twilio['conversations']['v1']['conversations'];
}

/** A REST API for each test of a file; every request and answer must be as Twilio describes it. */
export function useRestApi(): TestedRestApi {
  const clientOf = (token = authToken): twilio.Twilio =>
    twilio(accountSid, token, { httpClient: inProcess(api.rest) });
  const conversations = () => api.client.conversations.v1.conversations;
  const api = { clientOf, conversations } as TestedRestApi;
  let problems: string[];
  beforeEach(() => {
    api.now = new Date('2026-01-01T00:00:00Z');
    api.state = new Conversations({
      accountSid,
      authToken,
      now: () => api.now,
      changesPerSecond: 1_000,
    });
    api.rest = new RestApi(api.state);
    problems = [];
    api.requestIds = new Set();
    api.rest.onRequest(({ request, answer }) => {
      if (!answer) return;
      problems.push(...openApi.check(request, answer));
      api.requestIds.add(answer.headers['Twilio-Request-Id'] ?? 'none');
    });
    api.client = clientOf();
  });
  afterEach(() => expect(problems).toEqual([]));
  return api;
}

/** The status and code of Twilio's error, or undefined for work that succeeds. */
export async function failure(work: Promise<unknown>): Promise<unknown> {
  const error = await work.then(
    () => undefined,
    (caught: { status: number; code: number; message: string }) => caught,
  );
  return error && [error.status, error.code];
}
