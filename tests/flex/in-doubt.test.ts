import { finishStart, listUnfinished } from '../../lib/outbound/finish';
import { type Answered, sids, VirtualFlex } from './virtual-flex';

const keyed = { channel: 'sms', to: '+12125550101', body: 'Hello', idempotencyKey: 'order-7' };
const createMessage = { method: 'POST', path: '/v1/Conversations/*/Messages' };
const createInteraction = { method: 'POST', path: '/v1/Interactions' };

/** Sends the same request again, some milliseconds later. */
async function again(flex: VirtualFlex, ms: number): Promise<Answered> {
  flex.clock += ms;
  return flex.asAgent(keyed);
}

describe('a message whose answer is lost', () => {
  it('is in doubt, and its request continues once it shows', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { hang: true }, 1);
    const first = await flex.asAgent(keyed);
    const [interaction] = flex.openInteractions();
    expect({ ...first, headers: first.headers['retry-after'] }).toMatchObject({
      status: 503,
      headers: '5',
      body: {
        code: 'in_doubt',
        message: 'Twilio has not said whether it was done: send the same request again.',
        retryAfter: 5,
        inDoubt: {
          step: 'message',
          interactionSid: interaction?.sid,
          channelSid: sids.channelSid,
          conversationSid: flex.openConversations()[0],
          taskSid: sids.taskSid,
          tag: expect.stringMatching(/^[0-9a-f]{40}-1$/),
        },
        unfinished: expect.objectContaining({ interactionSid: interaction?.sid }),
      },
    });

    // Twilio does it after all.
    const { tag } = first.body.inDoubt as { tag: string };
    const [conversation = ''] = flex.openConversations();
    const attributes = JSON.stringify({ outbound_request: tag });
    flex.state.addMessage(conversation, { body: 'Hello', attributes }, { source: 'API', webhooks: false });
    expect(await again(flex, 2_000)).toMatchObject({ status: 201, body: sids });
    expect(flex.messages()).toHaveLength(1);
  });

  it('is in doubt without a key too, and what was begun is closed', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { hang: true }, 1);
    const { idempotencyKey: _key, ...request } = keyed;
    expect(await flex.asAgent(request)).toMatchObject({
      status: 503,
      body: {
        code: 'in_doubt',
        message:
          'Twilio has not said whether it was done: sent again without an idempotencyKey, it may be done twice.',
        inDoubt: { step: 'message', conversationSid: expect.stringMatching(/^CH/) },
      },
    });
    expect([flex.openConversations(), flex.openInteractions()]).toEqual([[], []]);
  });

  it('is repeated after 30 s, by Sync, however often it is asked about before', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { hang: true }, 1);
    await flex.asAgent(keyed);
    for (const ms of [1_000, 12_000, 12_000]) {
      expect(await again(flex, ms)).toMatchObject({ status: 503, body: { code: 'in_doubt' } });
    }
    expect(flex.messages()).toEqual([]);
    expect(await again(flex, 6_000)).toMatchObject({ status: 201, body: sids });
    expect(flex.messages()).toHaveLength(1);
    expect(flex.rest.flex.interactions()).toHaveLength(1);
  });

  it('is never sent again where the conversation is gone', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { hang: true }, 1);
    await flex.asAgent(keyed);
    const [conversation = ''] = flex.openConversations();
    flex.state.removeConversation(conversation, { source: 'API', webhooks: false });
    for (const ms of [1_000, 60_000]) {
      expect(await again(flex, ms)).toMatchObject({
        status: 409,
        body: { code: 'outcome_unknown', conversationSid: conversation },
      });
    }
    expect(flex.messages()).toEqual([]);
  });

  it('goes into a new conversation where the agent has closed the first one before it came', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { hang: true }, 1);
    await flex.asAgent(keyed);
    const [conversation = ''] = flex.openConversations();
    flex.state.updateConversation(conversation, { state: 'closed' }, { source: 'API', webhooks: false });
    expect(await again(flex, 1_000)).toMatchObject({ status: 503, body: { code: 'in_doubt' } });
    const answer = await again(flex, 31_000);
    expect(answer).toMatchObject({ status: 201, body: sids });
    expect(answer.body.conversationSid).not.toBe(conversation);
    expect(flex.openInteractions().map(({ sid }) => sid)).toEqual([answer.body.interactionSid]);
    expect(flex.messages()).toHaveLength(1);
  });
});

describe('a refused step', () => {
  it('is refused again for 30 s without asking Twilio to do it, then tried anew', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { status: 400, code: 50_400 }, 1);
    const first = await flex.asAgent(keyed);
    expect(first).toMatchObject({ status: 502, body: { code: 'twilio_refused' } });
    expect(flex.openConversations()).toEqual([]);
    const begun = () => flex.writes().filter((one) => /Interactions|Messages/.test(one));
    const before = begun();
    expect(await again(flex, 1_000)).toMatchObject({
      status: 502,
      body: { code: 'twilio_refused', retryAfter: 5 },
    });
    expect(begun()).toEqual(before);
    expect(await again(flex, 31_000)).toMatchObject({ status: 201, body: sids });
    expect(flex.messages()).toHaveLength(1);
  });

  it('says that a recipient has opted out', async () => {
    const flex = new VirtualFlex();
    flex.fail(createMessage, { status: 400, code: 21_610 });
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 422, body: { code: 'recipient_opted_out' } });
    expect(flex.openInteractions()).toEqual([]);
  });
});

describe('a start whose caller does not come back', () => {
  const finish = (flex: VirtualFlex) =>
    flex.beside(async (twilio, sync) => {
      const names = await listUnfinished(sync);
      return Promise.all(names.map((name) => finishStart(twilio, sync, name, `sweep-${flex.clock}`)));
    });

  it('is finished without a message: its channel and its conversation are closed', async () => {
    const flex = new VirtualFlex();
    flex.never(createMessage);
    void flex.asAgent(keyed);
    await flex.reached('/Messages');
    const [conversation] = flex.openConversations();
    expect(await finish(flex)).toMatchObject([{ outcome: 'waits' }]);
    flex.clock += 20_000;
    expect(await finish(flex)).toMatchObject([{ outcome: 'waits', sids: { conversationSid: conversation } }]);
    flex.clock += 31_000;
    expect(await finish(flex)).toMatchObject([
      { outcome: 'closed', sids: { conversationSid: conversation } },
    ]);
    expect([flex.openConversations(), flex.openInteractions(), await finish(flex)]).toEqual([[], [], []]);
    // And its key can be used again.
    expect(await flex.asAgent(keyed)).toMatchObject({ status: 201, body: sids });
  });

  it('is finished though another build wrote other journals, which are left as they are', async () => {
    const flex = new VirtualFlex();
    flex.never(createMessage);
    void flex.asAgent({ ...keyed, to: '+12125550102', idempotencyKey: 'order-8' });
    await flex.reached('/Messages');
    await flex.asAgent(keyed);
    await flex.beside(async (_twilio, { service }) => {
      const documents = await service.documents.list();
      const { uniqueName = '' } = documents.find(({ data }) => data.state === 'done') ?? {};
      await service.documents(uniqueName).update({ data: { state: 'sent' } });
      await service.documents.create({ uniqueName: 'outbound-message-0', data: [1] });
    });
    const before = flex.writes();
    expect(await flex.asAgent(keyed)).toMatchObject({
      status: 422,
      body: {
        code: 'idempotency_key_unreadable',
        message: expect.stringMatching(/^The Sync document outbound-message-[0-9a-f]{40} cannot be read: /),
      },
    });
    expect(flex.writes()).toEqual([...before, 'POST /v1/Accounts/*/Tokens/validate']);

    flex.clock += 50_000;
    const finished = await finish(flex);
    expect(finished.map(({ outcome }) => outcome).sort()).toEqual(['closed', 'unreadable', 'unreadable']);
  });

  it('is found to have sent its message, which is its result from then on', async () => {
    const flex = new VirtualFlex();
    flex.rest.onRequest(({ request: { method, path } }) => {
      if (method === 'POST' && path.endsWith('/Messages')) {
        flex.never({ method: 'POST', path: /Documents\/outbound/ });
      }
    });
    void flex.asAgent(keyed);
    while (flex.messages().length === 0) await new Promise(setImmediate);
    flex.clock += 20_000;
    const [message] = flex.messages();
    expect(await finish(flex)).toMatchObject([{ outcome: 'sent', sids: { messageSid: message?.sid } }]);
    expect(await flex.asAgent(keyed)).toMatchObject({
      status: 201,
      body: { ...sids, messageSid: message?.sid },
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(flex.messages()).toHaveLength(1);
  });

  it('waits for an interaction that may still show', async () => {
    const flex = new VirtualFlex();
    flex.fail(createInteraction, { hang: true }, 1);
    expect(await flex.asAgent(keyed)).toMatchObject({
      status: 503,
      body: { code: 'in_doubt', inDoubt: { step: 'interaction' } },
    });
    expect(await finish(flex)).toMatchObject([{ outcome: 'waits' }]);
    flex.clock += 31_000;
    expect(await finish(flex)).toMatchObject([{ outcome: 'nothing' }]);
    expect(await finish(flex)).toEqual([]);
  });
});
