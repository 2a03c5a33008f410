import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { type RunningLocal, startLocal } from './local';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const ada = '+12125550101';
const ben = '+12125550102';
const openApi = new TwilioOpenApi();
const ours = '+16465550190';

let rest: RestApi;
let state: Conversations;
let client: twilio.Twilio;
let problems: string[];
beforeEach(() => {
  problems = [];
  state = new Conversations({ accountSid, authToken });
  rest = new RestApi(state);
  rest.onRequest(({ request, answer }) => {
    if (answer) problems.push(...openApi.check(request, answer));
  });
  client = twilio(accountSid, authToken, { httpClient: inProcess(rest) });
});

afterEach(() => expect(problems).toEqual([]));

const origin = { source: 'API', webhooks: false };
const conversationWith = (...participants: object[]): string => {
  const { sid } = state.createConversation({}, origin);
  for (const one of participants) state.addParticipant(sid, one, origin);
  return sid;
};
const send = (sid: string) =>
  client.conversations.v1.conversations(sid).messages.create({ author: 'alice', body: 'Hello' });
const receiptsOf = ({ conversationSid, sid }: { conversationSid: string; sid: string }) =>
  client.conversations.v1.conversations(conversationSid).messages(sid).deliveryReceipts.list();
const withAda = () => conversationWith({ address: ada, proxyAddress: ours });

describe('a message to a customer who has texted STOP, by the unmodified SDK', () => {
  it('is accepted, and then fails with 21610', async () => {
    rest.optOuts.read(ada, ours, 'STOP');
    const sid = withAda();
    const message = await send(sid);
    expect(message.delivery).toMatchObject({ failed: 'all' });
    expect(await receiptsOf(message)).toMatchObject([
      { messageSid: message.sid, status: 'failed', errorCode: 21610 },
    ]);
  });

  it('is refused with 21610 where the account is set so, and is not in the conversation', async () => {
    rest.optOuts.mode = 'refuse';
    rest.optOuts.read(ada, ours, 'STOP');
    const sid = withAda();
    await expect(send(sid)).rejects.toMatchObject({ status: 400, code: 21610 });
    expect(state.messages(sid)).toEqual([]);
  });

  it('is delivered again after START', async () => {
    rest.optOuts.mode = 'refuse';
    expect(rest.optOuts.read(ada, ours, 'STOP')).toBe('out');
    expect(rest.optOuts.read(ada, ours, 'start')).toBe('in');
    const message = await send(withAda());
    expect(message.delivery).toBeNull();
    expect(await receiptsOf(message)).toEqual([]);
  });

  it.each([
    ['another of our numbers', { address: ada, proxyAddress: '+16465550191' }],
    ['another customer', { address: ben, proxyAddress: ours }],
    ['the same customer on WhatsApp', { address: `whatsapp:${ada}`, proxyAddress: `whatsapp:${ours}` }],
  ])('is not refused to %s', async (_title, participant) => {
    rest.optOuts.mode = 'refuse';
    rest.optOuts.read(ada, ours, 'STOP');
    expect(await send(conversationWith(participant))).toMatchObject({ body: 'Hello' });
  });

  it('is not refused in a group in which somebody else takes it, and fails for that member alone', async () => {
    rest.optOuts.mode = 'refuse';
    rest.optOuts.read(ada, ours, 'STOP');
    const group = conversationWith(
      { address: ada },
      { address: ben },
      { identity: 'alice', projectedAddress: ours },
    );
    const message = await send(group);
    expect(message).toMatchObject({ body: 'Hello', delivery: { total: 2, failed: 'some' } });
    const [member] = state.participants(group);
    expect(await receiptsOf(message)).toMatchObject([
      { participantSid: member?.sid, status: 'failed', errorCode: 21610 },
    ]);
    rest.optOuts.read(ada, ours, 'START');
    expect((await send(group)).delivery).toBeNull();
    rest.optOuts.read(ada, ours, 'STOP');
    rest.optOuts.read(ben, ours, 'STOP');
    await expect(send(group)).rejects.toMatchObject({ code: 21610 });
  });
});

describe('an opt-out', () => {
  it.each([
    ['STOP', 'out'],
    [' stop ', 'out'],
    ['Unsubscribe', 'out'],
    ['OptOut', 'out'],
    ['HELP', 'help'],
    ['STOP PLEASE', undefined],
    ['Please stop', undefined],
    ['START', undefined],
    ['Hello', undefined],
  ])('is read from %j as %s', (body, expected) => {
    expect(rest.optOuts.read(ada, ours, body)).toBe(expected);
  });

  it('ends when the local Twilio is reset', async () => {
    rest.optOuts.read(ada, ours, 'STOP');
    rest.reset();
    expect((await send(withAda())).delivery).toBeNull();
  });
});

describe('a start to a customer who has texted STOP from their phone', () => {
  let running: RunningLocal;
  beforeAll(async () => {
    running = await startLocal();
  });
  afterAll(() => running.stop());
  beforeEach(() => running.local.reset());

  const stop = async (): Promise<string[]> => {
    const { entries, conversationSid = '' } = await running.local.actions.receiveInbound({
      from: ada,
      body: 'STOP',
    });
    running.local.state.updateConversation(conversationSid, { state: 'closed' }, origin);
    return entries.map(({ title }) => title);
  };
  it('is answered by Twilio itself, also in a group, and the others still get our messages', async () => {
    const { local } = running;
    const write = (body: string) => local.actions.receiveInbound({ from: ada, group: [ben], body });
    const { conversationSid: sid = '' } = await write('Hello');
    const { entries } = await write('STOP');
    expect(entries.flatMap((entry) => (entry.kind === 'note' ? [entry.text] : []))).toContain(
      'Twilio itself answers: “You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.”',
    );
    const author = running.conversation(sid).participants.find(({ identity }) => identity)?.identity ?? '';
    await local.actions.sendWorkerMessage({ conversationSid: sid, worker: author, body: 'Hi all' });
    expect(running.conversation(sid).messages.at(-1)?.undelivered).toBeUndefined();
    const [note] = local.timeline.entries().filter(({ title }) => title.includes('does not reach'));
    expect(note).toMatchObject({ errorCode: 21610, state: 'warning', conversationSid: sid });
  });

  const start = () =>
    running.local.actions.startOutbound({
      agent: 'alice@example.com',
      channel: 'sms',
      to: ada,
      body: 'Hello',
    });

  it('is answered 201, and the timeline says that the message is not delivered', async () => {
    expect(await stop()).toContain(
      'The customer has opted out: our messages fail with 21610 until they text START',
    );
    const { status, conversationSid = '' } = await start();
    expect(status).toBe(201);
    expect(running.conversation(conversationSid).messages).toMatchObject([{ undelivered: 21610 }]);
    const [entry] = running.local.timeline.entries().filter((one) => one.title.includes('not delivered'));
    expect(entry).toMatchObject({ state: 'failed', errorCode: 21610, conversationSid });
  });

  it('is answered 422 recipient_opted_out where Twilio refuses at once, and all is closed', async () => {
    await stop();
    running.local.parts.settings.change({ optOut: 'refuse' });
    const { status, answer } = await start();
    running.local.parts.settings.change({ optOut: 'receipt' });
    expect([status, answer.code]).toEqual([422, 'recipient_opted_out']);
    const { flex } = running.local.snapshot();
    expect(running.local.state.conversations().map(({ state }) => state)).toEqual(['closed', 'closed']);
    expect(flex.interactions).toMatchObject([{ status: 'closed', taskStatus: 'completed' }]);
  });
});
