import { sms } from './outbound-start';
import { VirtualFlex } from './virtual-flex';

describe('what cannot be undone', () => {
  it('is named in the answer and in the log', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Conversations/*/Messages' }, { status: 400, code: 50_400 });
    flex.fail({ method: 'POST', path: '/v1/Interactions/*/Channels/*' }, { status: 500 });
    flex.fail({ method: 'POST', path: '/v1/Conversations/*' }, { status: 500 });
    const answer = await flex.asAgent(sms);
    const [conversation] = flex.openConversations();
    const [interaction] = flex.openInteractions();
    const channel = `channel ${interaction?.channel.sid} of interaction ${interaction?.sid}`;
    const cleanupIncomplete = [channel, `conversation ${conversation}`];
    expect(answer).toMatchObject({ status: 502, body: { code: 'twilio_refused', cleanupIncomplete } });
    expect(flex.lines.at(-1)).toMatchObject({ level: 'error', error: 'twilio_refused', cleanupIncomplete });
    expect(flex.clock).toBeLessThan(9_300);
  });

  it('is not more than the interaction where the conversation can be closed', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Conversations/*/Messages' }, { status: 400, code: 50_400 });
    flex.fail({ method: 'POST', path: '/v1/Interactions/*/Channels/*' }, { hang: true });
    const answer = await flex.asAgent(sms);
    expect(answer.body.cleanupIncomplete).toEqual([
      expect.stringMatching(/^channel UO\w+ of interaction KD\w+$/),
    ]);
    expect(flex.openConversations()).toEqual([]);
    expect(flex.clock).toBeLessThan(9_300);
  });

  it.each([
    ['fails', (flex: VirtualFlex) => (flex.rest.flex.channelFailure = { code: 45_000, message: 'no' }), 502],
    [
      'is not set up in time',
      (flex: VirtualFlex) => (flex.rest.flex.setupMs = Number.POSITIVE_INFINITY),
      503,
    ],
  ])('is nothing where the channel %s', async (_title, spoil, status) => {
    const flex = new VirtualFlex();
    spoil(flex);
    const answer = await flex.asAgent(sms);
    expect(answer.status).toBe(status);
    expect(answer.body).not.toHaveProperty('cleanupIncomplete');
    expect(flex.openConversations()).toEqual([]);
    expect(flex.openInteractions()).toEqual([]);
    expect(flex.messages()).toEqual([]);
    expect(flex.clock).toBeLessThan(9_300);
  });

  it('is nothing where Twilio refuses the interaction', async () => {
    const flex = new VirtualFlex();
    flex.fail({ method: 'POST', path: '/v1/Interactions' }, { status: 400, code: 20_001 }, 1);
    expect(await flex.asAgent({ ...sms, idempotencyKey: 'k' })).toMatchObject({
      status: 502,
      body: { code: 'twilio_refused' },
    });
    flex.clock += 31_000;
    expect(await flex.asAgent({ ...sms, idempotencyKey: 'k' })).toMatchObject({ status: 201 });
  });
});
