import type { StartEvent } from '../../cli/start/event';
import { followLocalTwilio } from '../../cli/start/follow-timeline';
import { LocalTwilio } from '../../simulator/local-twilio';
import { root } from '../simulator/local';

describe('what npm start prints of a webhook', () => {
  it.each(['onConversationRemoved', 'outboundMessage'])(
    'does without the people of a conversation that was removed meanwhile: %s',
    async (name) => {
      const local = new LocalTwilio({
        root,
        ports: { functions: 1, console: 2, proxy: 3 },
        onOutput: () => undefined,
      });
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
