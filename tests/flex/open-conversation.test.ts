import { identity, sms } from './outbound-start';
import { ours, sids, VirtualFlex } from './virtual-flex';

describe('an open conversation between the two', () => {
  it('is named with who is in it, whatever its state', async () => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(sms, 'bob@example.com');
    const conversationSid = first.body.conversationSid as string;
    for (const state of ['active', 'inactive'] as const) {
      flex.state.updateConversation(conversationSid, { state }, { source: 'API', webhooks: false });
      expect(await flex.asAgent(sms)).toMatchObject({
        status: 409,
        body: { code: 'conversation_open', conversationSid, state, workers: ['bob_40example_2Ecom'] },
      });
    }
    flex.state.updateConversation(conversationSid, { state: 'closed' }, { source: 'API', webhooks: false });
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it('is written into where the caller says so, once', async () => {
    const flex = new VirtualFlex();
    const { body } = await flex.asAgent(sms, 'bob@example.com');
    const again = { ...sms, body: 'Me again', onActive: 'reuse', idempotencyKey: 'k' };
    const reused = await flex.asAgent(again);
    expect(reused).toMatchObject({
      status: 200,
      body: { reused: true, conversationSid: body.conversationSid, messageSid: sids.messageSid },
    });
    expect(await flex.asAgent(again)).toMatchObject({
      status: 200,
      body: reused.body,
      headers: { 'idempotent-replayed': 'true' },
    });
    expect(flex.messages().map((one) => [one.author, one.body])).toEqual([
      ['bob_40example_2Ecom', 'Hello Ada'],
      [identity, 'Me again'],
    ]);
    expect(flex.rest.flex.interactions()).toHaveLength(1);
  });

  it('of another address of ours, or of another customer, does not matter', async () => {
    const flex = new VirtualFlex();
    await flex.asAgent(sms);
    expect(await flex.asAgent({ ...sms, to: '+12125550142' })).toMatchObject({ status: 201 });
    flex.routing.proxyAddresses.defaults = { sms: '+16465550199' };
    expect(await flex.asAgent(sms)).toMatchObject({ status: 201 });
  });

  it.each([
    ['chat', { channel: 'chat', to: 'ada', body: 'Hi' }],
    ['email', { channel: 'email', to: 'ada@example.com', subject: 'S', body: 'Hi' }],
  ])('counts on %s too', async (_channel, request) => {
    const flex = new VirtualFlex();
    const first = await flex.asAgent(request);
    expect(await flex.asAgent(request)).toMatchObject({
      status: 409,
      body: { conversationSid: first.body.conversationSid, workers: [identity] },
    });
  });

  it('that began while ours was being set up is named', async () => {
    const flex = new VirtualFlex();
    const origin = { source: 'SMS', webhooks: false };
    const other = flex.state.createConversation({}, origin);
    flex.state.addParticipant(other.sid, { address: '+12125550101', proxyAddress: ours.sms }, origin);
    flex.fail({ path: '/v1/ParticipantConversations' }, { status: 200, body: emptyPage } as never, 1);
    expect(await flex.asAgent(sms)).toMatchObject({
      status: 409,
      body: { code: 'conversation_open', conversationSid: other.sid, workers: [] },
    });
    expect(flex.openConversations()).toEqual([other.sid]);
    expect(flex.openInteractions()).toEqual([]);
  });
});

const emptyPage = JSON.stringify({
  conversations: [],
  meta: { key: 'conversations', page: 0, page_size: 100 },
});
