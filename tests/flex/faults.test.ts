import type { Fault } from '../../simulator/twilio/http/faults';
import { type Answered, ours, steps, VirtualFlex } from './virtual-flex';

const request = { channel: 'sms', to: '+12125550101', body: 'Hello Ada' };
const keyed = { ...request, idempotencyKey: 'order-7' };

/** The limit of a function is 10 s. */
const limitMs = 9_500;

const faults: Record<string, Fault> = {
  '429': { status: 429, code: 20429, message: 'Too Many Requests' },
  '500, before the work is done': {
    status: 500,
    code: 20500,
    message: 'An internal server error has occurred',
  },
  '500, after the work is done': {
    status: 500,
    code: 20500,
    message: 'An internal server error has occurred',
    after: true,
  },
  "a gateway's 503, after the work is done": { status: 503, body: '<h1>503</h1>', after: true },
  'no answer, before the work is done': { hang: true },
  'no answer, after the work is done': { hang: true, after: true },
  'a reset connection, after the work is done': { reset: true, after: true },
};
const cases = Object.entries(steps).flatMap(([step, matcher]) =>
  Object.entries(faults).map(([fault, what]) => ({ step, fault, matcher, what })),
);

/** What must hold whatever happened. */
function expectSound(flex: VirtualFlex, answer: Answered): void {
  expect(flex.clock).toBeLessThan(limitMs);
  const sent = flex.messages();
  if (answer.status === 201) {
    const { conversationSid, interactionSid, messageSid } = answer.body;
    expect(sent.map(({ sid, body, author }) => ({ sid, body, author }))).toEqual([
      { sid: messageSid, body: 'Hello Ada', author: 'alice_40example_2Ecom' },
    ]);
    expect(flex.openConversations()).toEqual([conversationSid]);
    expect(flex.openInteractions().map(({ sid }) => sid)).toEqual([interactionSid]);
    return;
  }
  const named = (answer.body.cleanupIncomplete as string[] | undefined) ?? [];
  for (const sid of flex.openConversations()) expect(named).toContain(`conversation ${sid}`);
  for (const { sid } of flex.openInteractions()) expect(named).toContain(`interaction ${sid}`);
  if (sent.length > 0) expect(named).toContain('a message that may have been sent');
  // The log names what the caller is told.
  expect(flex.lines.at(-1)).toMatchObject({
    level: 'error',
    ...(named.length > 0 && { cleanupIncomplete: named }),
  });
}

describe('an outbound start of which one request fails', () => {
  it.each(cases)(
    'sends one message or names what is left: $step: $fault',
    async ({ matcher, what, step }) => {
      const flex = new VirtualFlex();
      flex.fail(matcher, what, 1);
      const answer = await flex.asAgent(keyed);
      expectSound(flex, answer);
      // Only what leaves it open whether a message is still on its way is given up.
      const isLost =
        'hang' in what &&
        !what.after &&
        (step === 'creating the interaction' || step === 'sending the message');
      expect([answer.status, answer.body.code]).toEqual(
        isLost ? [503, 'twilio_unavailable'] : [201, undefined],
      );
    },
  );
});

describe('an outbound start of which a step fails for as long as it lasts', () => {
  it.each(cases)(
    'sends one message or names what is left: $step: $fault',
    async ({ matcher, what, step }) => {
      const flex = new VirtualFlex();
      flex.fail(matcher, what);
      const answer = await flex.asAgent(keyed);
      expectSound(flex, answer);
      const isDone =
        step === 'keeping the result' ||
        (what.after === true && (step === 'creating the interaction' || step === 'sending the message'));
      expect([answer.status, answer.body.code]).toEqual(
        isDone ? [201, undefined] : [503, 'twilio_unavailable'],
      );
    },
  );

  it.each(cases)(
    'sends one message when the same request comes again: $step: $fault',
    async ({ matcher, what }) => {
      const flex = new VirtualFlex();
      flex.fail(matcher, what);
      const first = await flex.asAgent(keyed);
      flex.faults.clear();
      // The time of whoever was at it is over.
      flex.clock = 20_000;
      const again = await flex.asAgent(keyed);
      flex.clock = 0;
      expectSound(flex, again);
      expect(again.status).toBe(201);
      if (first.status === 201) expect(again.body).toEqual(first.body);
    },
  );
});

describe('an outbound start without an idempotencyKey, of which a step fails for as long as it lasts', () => {
  it.each(cases.filter(({ step }) => step !== 'claiming the key' && step !== 'keeping the result'))(
    'sends one message or names what is left: $step: $fault',
    async ({ matcher, what }) => {
      const flex = new VirtualFlex();
      flex.fail(matcher, what);
      expectSound(flex, await flex.asAgent(request));
      expect(flex.requests.filter(({ host }) => host === 'sync.twilio.com')).toEqual([]);
    },
  );
});

describe('a message into an open conversation that fails', () => {
  it.each(Object.entries(faults))('is sent once in the end: %s', async (_fault, what) => {
    const flex = new VirtualFlex();
    const { body } = await flex.asAgent(request);
    const again = { ...keyed, body: 'Hello again', onActive: 'reuse' };
    flex.fail(steps['sending the message'], what);
    const first = await flex.asAgent(again);
    const isSent = flex.messages().length === 2;
    expect(first.status).toBe(isSent ? 200 : 503);
    if (!isSent && 'hang' in what) {
      expect(first.body.cleanupIncomplete).toEqual(['a message that may have been sent']);
    }
    flex.faults.clear();
    flex.clock = 20_000;
    expect(await flex.asAgent(again)).toMatchObject({ status: 200, body: { reused: true } });
    expect(flex.messages().map((one) => one.body)).toEqual(['Hello Ada', 'Hello again']);
    expect(flex.openConversations()).toEqual([body.conversationSid]);
  });
});

const lookUps = {
  'finding the worker': { host: 'taskrouter.twilio.com', path: '/v1/Workspaces/*/Workers' },
  'reading the template': { path: '/v1/Content/*' },
  'asking for its approval': { path: '/v1/Content/*/ApprovalRequests' },
  'asking when the customer wrote': { host: 'api.twilio.com' },
};
const template = 'HX00000000000000000000000000000001';

describe('a lookup before anything is created', () => {
  it.each(
    Object.entries(lookUps).flatMap(([step, matcher]) =>
      Object.entries(faults).map(([fault, what]) => ({ step, fault, matcher, what })),
    ),
  )('changes nothing when it fails, and is repeated: $step: $fault', async ({ matcher, what }) => {
    const flex = new VirtualFlex();
    const text = 'Hello {{1}}';
    flex.rest.content.put({
      sid: template,
      friendlyName: 'opener',
      language: 'en',
      text,
      variables: { 1: 'you' },
      whatsApp: 'pending',
    });
    const at = new Date(Date.UTC(2026, 0, 1) - 60_000);
    flex.rest.messageLog.add({ from: 'whatsapp:+12125550101', to: ours.whatsapp, body: 'Hi', at });
    const whatsapp = {
      channel: 'whatsapp',
      to: '+12125550101',
      contentSid: template,
      contentVariables: { 1: 'Ada' },
      idempotencyKey: 'k',
    };
    flex.fail(matcher, what);
    const failed = await flex.asServer(whatsapp);
    expect([failed.status, failed.body.code]).toEqual([503, 'twilio_unavailable']);
    expect(flex.state.conversations()).toEqual([]);
    expect(flex.clock).toBeLessThan(limitMs);

    flex.faults.clear();
    flex.fail(matcher, what, 1);
    flex.clock = 0;
    expect(await flex.asServer(whatsapp)).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ body: 'Hello Ada' }]);
    expect(flex.clock).toBeLessThan(limitMs);
  });
});

describe('the cleanup of a failed start', () => {
  const closing = {
    'closing the channel': { method: 'POST', path: '/v1/Interactions/*/Channels/*' },
    'reading the conversation': { method: 'GET', path: '/v1/Conversations/*' },
  };
  it.each(
    Object.entries(closing).flatMap(([step, matcher]) =>
      Object.entries(faults).map(([fault, what]) => ({ step, fault, matcher, what })),
    ),
  )('leaves no conversation open: $step: $fault', async ({ matcher, what }) => {
    const flex = new VirtualFlex();
    flex.fail(steps['sending the message'], { status: 400, code: 50_400 });
    flex.fail(matcher, what, 1);
    const answer = await flex.asAgent(request);
    expect([answer.status, answer.body.code]).toEqual([502, 'twilio_refused']);
    expectSound(flex, answer);
    // Once is waited out, but for what is never answered: that takes the time there is for it.
    if (!('hang' in what)) expect(answer.body).not.toHaveProperty('cleanupIncomplete');
    expect(flex.openConversations()).toEqual([]);
  });
});
