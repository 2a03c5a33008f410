import { activeFaults, faultsIn } from '../../simulator/active-faults';
import type { SettingsChange } from '../../simulator/api';
import { SettingsStore } from '../../simulator/settings';

describe('the faults that are on', () => {
  it.each<[SettingsChange, string[]]>([
    [{}, []],
    [{ routingMode: 'none', optOut: 'refuse', flex: { agentResponse: 'decline' } }, []],
    [{ faults: { rest: 'hang' } }, ['Twilio’s REST API never answers']],
    [{ faults: { rest: '429', restTimes: 3 } }, ['Twilio’s REST API answers 429, 3 times']],
    [
      { faults: { badSignature: true }, deliverTwice: true, limits: { concurrentFunctions: 2 } },
      [
        'Webhooks have a wrong signature',
        'Webhooks are delivered twice',
        'Functions handle 2 requests at once',
      ],
    ],
    [
      {
        faults: {
          webhooks: [
            { kind: 'slow', on: 'all', ms: 600, every: 2 },
            { kind: 'cut', on: 'sweep', times: 1 },
          ],
          requests: [
            { kind: 'error', on: 'all', status: 429, retryAfter: 3, times: 2 },
            { kind: 'hang', on: 'POST /Documents', done: true, probability: 0.25 },
          ],
        },
      },
      [
        'All webhooks: 600 ms late, every 2 times',
        'sweep: cut half-way, once',
        'All REST requests: answered 429 with Retry-After 3, 2 times',
        'POST /Documents: never answered after the work, by a chance of 25 %',
      ],
    ],
    [
      { limits: { concurrentRequests: 100, syncPerDocument: 20, interactionsPerSecond: 30 } },
      [
        'Twilio’s REST API handles 100 requests at once',
        'Sync lets a document be read 20 times a second, and written as often',
        'Flex takes 30 requests a second to each endpoint of Interactions',
      ],
    ],
    [{ flex: { channelFailsAfterMs: 500 } }, ['Flex channels fail after 500 ms with 20500']],
  ])('of %j are named', (change, names) => {
    const store = new SettingsStore('http://localhost:3000', () => undefined);
    expect(activeFaults(store.change(change), store.defaults)).toEqual(names);
  });

  it('are turned off, and on again, without a change of other settings', () => {
    const store = new SettingsStore('http://localhost:3000', () => undefined);
    const before = store.change({ routingMode: 'pool', deliverTwice: true, faults: { rest: 'torn' } });
    const off = store.change(faultsIn(store.defaults));
    expect(activeFaults(off, store.defaults)).toEqual([]);
    expect(off.routingMode).toBe('pool');
    expect(store.change(faultsIn(before))).toEqual(before);
  });
});
