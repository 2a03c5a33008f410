import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

let rest: RestApi;
let client: twilio.Twilio;
let problems: string[];
beforeEach(() => {
  rest = new RestApi(new Conversations({ accountSid, authToken }));
  problems = [];
  rest.onRequest(({ request, answer }) => {
    if (answer) problems.push(...openApi.check(request, answer));
  });
  client = twilio(accountSid, authToken, { httpClient: inProcess(rest) });
});
afterEach(() => expect(problems).toEqual([]));

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    ({ status, code }: { status: number; code: number }) => [status, code],
  );

describe('the addresses of an account, by the unmodified SDK', () => {
  beforeEach(() => {
    for (const address of ['+15550100', '+15550101', '12345', 'whatsapp:+15550100']) {
      rest.phoneNumbers.add(address);
    }
  });

  it('are listed by kind, once each, until they are taken away', async () => {
    rest.phoneNumbers.add('+15550100');
    rest.phoneNumbers.remove('+15550101');
    const numbers = await client.incomingPhoneNumbers.list();
    expect(numbers.map(({ phoneNumber }) => phoneNumber)).toEqual(['+15550100']);
    const codes = await client.api.v2010.account.shortCodes.list();
    expect(codes.map(({ shortCode }) => shortCode)).toEqual(['12345']);
    const senders = await client.messaging.v2.channelsSenders.list({ channel: 'whatsapp' });
    expect(senders.map(({ senderId, status }) => [senderId, status])).toEqual([
      ['whatsapp:+15550100', 'ONLINE'],
    ]);
  });

  it('are found by number, and take another URL for messages', async () => {
    const [number] = await client.incomingPhoneNumbers.list({ phoneNumber: '+15550101' });
    const changed = await client.incomingPhoneNumbers(number?.sid ?? '').update({
      smsUrl: 'https://example.com/sms',
    });
    expect(changed.smsUrl).toBe('https://example.com/sms');
    const again = await client.incomingPhoneNumbers(changed.sid).fetch();
    expect([again.phoneNumber, again.smsUrl]).toEqual(['+15550101', 'https://example.com/sms']);
    expect(await failure(client.incomingPhoneNumbers(`PN${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  });
});

it('serves workspace, workflow and queue by their SIDs alone', async () => {
  const { workspaceSid, workflowSid, queueSid } = rest.taskRouter.workspace;
  const workspace = client.taskrouter.v1.workspaces(workspaceSid);
  expect((await workspace.fetch()).sid).toBe(workspaceSid);
  expect((await workspace.workflows(workflowSid).fetch()).sid).toBe(workflowSid);
  expect((await workspace.taskQueues(queueSid).fetch()).sid).toBe(queueSid);
  expect(await failure(client.taskrouter.v1.workspaces(`WS${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  expect(await failure(workspace.workflows(`WW${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
  expect(await failure(workspace.taskQueues(`WQ${'9'.repeat(32)}`).fetch())).toEqual([404, 20404]);
});
