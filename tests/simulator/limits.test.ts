import type { SettingsChange, WebhookEntry } from '../../simulator/api';
import { type RunningLocal, startLocal } from './local';

let running: RunningLocal;
beforeAll(async () => {
  running = await startLocal();
});
afterAll(() => running.stop());
beforeEach(() => running.local.reset(true));

const set = (limits: NonNullable<SettingsChange['limits']>) =>
  running.local.parts.settings.change({ limits });
const write = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, n) =>
      running.local.actions.receiveInbound({ from: `+1917556${String(n).padStart(4, '0')}`, body: 'Hello' }),
    ),
  );
const webhooks = (): WebhookEntry[] =>
  running.local.timeline.entries().filter((entry) => entry.kind === 'webhook');

describe('limits in the settings', () => {
  const patch = async (limits: object) => {
    const body = JSON.stringify({ limits });
    const response = await fetch(`${running.console}/api/settings`, { method: 'PATCH', body });
    return [response.status, ((await response.json()) as { limits?: object }).limits];
  };
  const off = {
    concurrentFunctions: null,
    concurrentRequests: null,
    syncPerDocument: null,
    interactionsPerSecond: null,
  };

  it('are set one by one, and taken away', async () => {
    expect(await patch({ concurrentFunctions: 30 })).toEqual([200, { ...off, concurrentFunctions: 30 }]);
    const both = { ...off, concurrentFunctions: 30, syncPerDocument: 20 };
    expect(await patch({ syncPerDocument: 20 })).toEqual([200, both]);
    running.local.reset();
    expect(running.local.parts.settings.current.limits).toEqual(both);
    expect(await patch(off)).toEqual([200, off]);
  });

  it.each([{ concurrentFunctions: 0 }, { concurrentRequests: 1.5 }, { syncPerDocument: '20' }])(
    'cannot be %j',
    async (limits) => {
      expect((await patch(limits))[0]).toBe(400);
    },
  );
});

describe('a limit for functions at once', () => {
  it('lets messages reach the functions as they come, however many', async () => {
    const { timeline, parts } = running.local;
    set({ concurrentFunctions: 100 });
    parts.settings.change({ faults: { webhooks: [{ kind: 'slow', on: 'onConversationAdd', ms: 500 }] } });
    const open = new Set<number>();
    let most = 0;
    const end = timeline.onEntry((entry) => {
      if (entry.kind !== 'webhook' || entry.name !== 'onConversationAdd') return;
      if (entry.state === 'running') open.add(entry.id);
      else open.delete(entry.id);
      most = Math.max(most, open.size);
    });
    await write(40);
    end();
    expect(most).toBe(40);
  });

  it('loses a message whose onConversationAdd is answered 429, and no other one', async () => {
    set({ concurrentFunctions: 1 });
    const sent = await write(20);
    const adds = webhooks().filter(({ name }) => name === 'onConversationAdd');
    const lost = adds.filter(({ status }) => status === 429);
    expect(lost.length).toBeGreaterThan(0);
    expect(sent.filter(({ conversationSid }) => conversationSid === undefined)).toHaveLength(lost.length);
    expect(new Set(lost.map(({ outcome }) => outcome))).toEqual(
      new Set(["The conversation is rejected, and the customer's message is lost."]),
    );
    expect(running.local.state.conversations()).toHaveLength(adds.length - lost.length);
  });
});

describe('a limit for REST requests at once', () => {
  it('is kept by the functions, which try again: every conversation gets its worker', async () => {
    set({ concurrentRequests: 2 });
    running.local.parts.settings.change({
      faults: { requests: [{ kind: 'late', on: 'all', ms: 20 }] },
    });
    const sent = await write(6);
    const refused = running.local.timeline
      .entries()
      .filter((entry) => entry.kind === 'rest' && entry.code === 20429);
    expect(refused.length).toBeGreaterThan(0);
    const workers = sent.map(
      ({ conversationSid = '' }) =>
        running.conversation(conversationSid).participants.filter(({ identity }) => identity).length,
    );
    expect(workers).toEqual(Array(6).fill(1));
  });
});
