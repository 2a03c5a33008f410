import { errorList } from '../../simulator/twilio/http/error-list';
import {
  account,
  ada,
  ben,
  binding,
  groupOf,
  join,
  made,
  multipart,
  ours,
  post,
  reset,
  second,
  send,
} from './refusals/account';
import { conversationRefusals } from './refusals/conversations';
import { otherRefusals } from './refusals/others';
import { participantRefusals } from './refusals/participants';

const rows = [...conversationRefusals, ...participantRefusals, ...otherRefusals];

beforeEach(() => reset());

/** Each for a reason on Twilio's page for the code, `https://www.twilio.com/docs/api/errors/CODE`. */
describe('the REST API refuses, with Twilio’s code,', () => {
  it.each(rows)('%i: %s', async (code, _title, work, message = errorList[code].message) => {
    const { status } = errorList[code];
    const more_info = `https://www.twilio.com/docs/errors/${code}`;
    expect(await work()).toMatchObject({ status, body: { status, code, message, more_info } });
  });

  it('and each code is tested', () => {
    expect(
      Object.keys(errorList).filter((code) => !rows.some(([tested]) => tested === Number(code))),
    ).toEqual([]);
  });
});

it('takes a page of Messenger as a proxy address once it has an address configuration', async () => {
  await made('/Configuration/Addresses', { Type: 'messenger', Address: 'messenger:2' });
  expect(await join(binding('messenger:1', 'messenger:2'))).toMatchObject({
    status: 201,
    body: { messaging_binding: { type: 'messenger', address: 'messenger:1', proxy_address: 'messenger:2' } },
  });
});

it.each([
  ['multipart/form-data; boundary=x', multipart({ FriendlyName: 'Åda + 1', UniqueName: '' })],
  // As .NET writes names.
  ['Multipart/Form-Data; boundary="x"', multipart({ FriendlyName: 'Åda + 1', UniqueName: '' }, '')],
  ['application/x-www-form-urlencoded', 'FriendlyName=%C3%85da+%2B+1&UniqueName='],
])('takes the parameters of %s', async (type, body) => {
  const friendly_name = 'Åda + 1';
  expect(await send(type, body)).toMatchObject({ status: 201, body: { friendly_name, unique_name: '' } });
});

it('takes every value of a parameter that multipart/form-data repeats', async () => {
  const filters = ['onMessageAdded', 'onParticipantAdded'];
  const body = filters.map((Filters) => multipart({ Filters }).replace('--x--\r\n', '')).join('');
  const answer = await send('multipart/form-data; boundary=x', `${body}--x--\r\n`, '/Configuration/Webhooks');
  expect(answer).toMatchObject({ status: 200, body: { filters } });
});

it('takes a request without a body, of either type of a form or of none', async () => {
  for (const type of ['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', undefined]) {
    expect(await send(type, '')).toMatchObject({ status: 201, body: { friendly_name: null } });
  }
});

describe('a refused request changes nothing:', () => {
  it('a group that exists already is not made again', async () => {
    const form = groupOf({ address: ada }, { address: ben }, { projected_address: ours });
    const { status, body } = await post('/ConversationWithParticipants', { ...form, FriendlyName: 'Flat' });
    expect([status, body]).toEqual([
      202,
      expect.objectContaining({ friendly_name: 'Flat', state: 'active' }),
    ]);
    await post('/ConversationWithParticipants', form);
    expect(account.state.conversations()).toHaveLength(1);
    expect(
      account.state.participants((body as { sid: string }).sid).map((one) => one.messaging_binding),
    ).toEqual([
      { type: 'sms', address: ada },
      { type: 'sms', address: ben },
      { type: 'sms', projected_address: ours },
    ]);
  });

  it('a proxy address stays when its successor is refused', async () => {
    const sid = await made('/Conversations');
    const member = await made(`/Conversations/${sid}/Participants`, binding(ada, ours));
    const to = (proxy: string) =>
      post(`/Conversations/${sid}/Participants/${member}`, binding(undefined, proxy));
    await to('+16465550199');
    expect(account.state.participant(sid, member).messaging_binding).toEqual({
      type: 'sms',
      address: ada,
      proxy_address: ours,
    });
    expect(await to(second)).toMatchObject({ status: 200 });
    expect(await to('')).toMatchObject({
      status: 200,
      body: { messaging_binding: { type: 'sms', address: ada } },
    });
  });
});

it('takes timers away with a duration of zero or an empty one', async () => {
  const sid = await made('/Conversations', { 'Timers.Inactive': 'PT1M', 'Timers.Closed': 'P1DT1H' });
  expect(account.state.conversation(sid).timers).toEqual({
    date_inactive: '2026-01-01T00:01:00Z',
    date_closed: '2026-01-02T01:00:00Z',
  });
  await post(`/Conversations/${sid}`, { 'Timers.Inactive': 'PT0S', 'Timers.Closed': '' });
  account.now = new Date(account.now.getTime() + 7 * 86_400_000);
  expect(account.state.conversation(sid)).toMatchObject({ state: 'active', timers: {} });
});

/** The OpenAPI files have the methods in small letters, and public integrations send `POST`. */
describe('a method in capitals is taken', () => {
  it('for a webhook of a conversation', async () => {
    const path = `/Conversations/${await made('/Conversations')}/Webhooks`;
    const form = { Target: 'webhook', 'Configuration.Url': 'https://example.com/x' };
    const given = { ...form, 'Configuration.Filters': 'onMessageAdded', 'Configuration.Method': 'GET' };
    expect(await post(path, given)).toMatchObject({
      status: 201,
      body: { configuration: { method: 'get' } },
    });
  });

  it('for an address configuration', async () => {
    const given = { Type: 'sms', Address: ours, 'AutoCreation.WebhookMethod': 'POST' };
    expect(await post('/Configuration/Addresses', given)).toMatchObject({
      status: 201,
      body: { auto_creation: { webhook_method: 'post' } },
    });
  });
});
