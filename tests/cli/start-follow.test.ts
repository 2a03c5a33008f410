import type { StartEvent } from '../../cli/start/event';
import { followLocalTwilio } from '../../cli/start/follow-timeline';
import { LocalTwilio } from '../../simulator/local-twilio';
import { root } from '../simulator/local';

const startFollowing = (): { local: LocalTwilio; events: StartEvent[] } => {
  const local = new LocalTwilio({
    root,
    ports: { functions: 1, console: 2, proxy: 3 },
    onOutput: () => undefined,
  });
  const events: StartEvent[] = [];
  followLocalTwilio(local, { verbose: false }, (event) => events.push(event));
  return { local, events };
};

it('npm start prints what somebody changes: faults, settings, and a reset', async () => {
  const { local, events } = startFollowing();
  const { settings } = local.parts;
  settings.change({ faults: { rest: '500', restTimes: 2 }, optOut: 'refuse' });
  settings.change({ optOut: 'refuse', limits: { concurrentFunctions: 1 } });
  settings.change({ flex: { agentResponse: 'decline', channelFailsAfterMs: null } });
  local.reset(true);
  await new Promise((done) => setImmediate(done));
  expect(events.map(({ type, state, title }) => `${type} ${state} ${title}`)).toEqual([
    'note ok Faults: Twilio’s REST API answers 500, 2 times',
    'note ok Settings: optOut refuse',
    'note ok Limits: Functions handle 1 request at once',
    'note ok Settings: agentResponse decline',
    'note ok All faults are off',
    'note ok All limits are off',
    'note ok Settings: optOut receipt, agentResponse accept',
    'note ok Reset: conversations, unknown customers, and the timeline were cleared; settings, workers, and configuration are back to their initial state',
  ]);
});

describe('what npm start prints of a webhook', () => {
  it('names the fault that was applied to it', async () => {
    const { local } = startFollowing();
    const event = new Promise<StartEvent>((resolve) => {
      followLocalTwilio(local, { verbose: false }, resolve);
    });
    const webhook = { kind: 'webhook' as const, name: 'onConversationRoute', title: 'onConversationRoute' };
    const more = {
      url: 'http://localhost:1/',
      trace: 'a',
      fields: {},
      limitMs: 10_000,
      problems: [],
      delivery: 1,
    };
    const entry = local.timeline.add({ ...webhook, ...more, state: 'running' });
    local.timeline.update(entry, { state: 'failed', status: 500, ms: 1, fault: '500 after the work' });
    expect(await event).toMatchObject({ state: 'failed', problems: ['on purpose: 500 after the work'] });
  });

  it.each(['onConversationRemoved', 'outboundMessage'])(
    'does without the people of a conversation that was removed meanwhile: %s',
    async (name) => {
      const { local } = startFollowing();
      const event = new Promise<StartEvent>((resolve) => {
        followLocalTwilio(local, { verbose: false }, resolve);
      });
      const conversationSid = `CH${'f'.repeat(32)}`;
      const webhook = {
        ...{ kind: 'webhook' as const, name, url: 'http://localhost:1/', trace: 'a', title: name },
        ...{ fields: {}, limitMs: 5_000, problems: [], delivery: 1, conversationSid },
      };
      const entry = local.timeline.add({ ...webhook, state: 'running' });
      local.timeline.update(entry, { state: 'ok', status: 200, ms: 1 });
      expect(await event).toMatchObject({ type: 'webhook', title: name, state: 'ok' });
      expect(await event).not.toHaveProperty('customer');
    },
  );
});
