import { activeFaults, activeLimits, faultsIn } from '../../simulator/active-faults';
import type { SettingsChange } from '../../simulator/api';
import { SettingsStore } from '../../simulator/settings';

describe('the faults that are on', () => {
  it.each<[SettingsChange, string[]]>([
    [{}, []],
    [{ routingMode: 'none', optOut: 'refuse', flex: { agentResponse: 'decline' } }, []],
    [{ faults: { rest: 'hang' } }, ['Twilio’s REST API does not answer']],
    [{ faults: { rest: '429', restTimes: 3 } }, ['Twilio’s REST API answers 429, 3 times']],
    [
      {
        faults: { badSignature: true, rest: 'torn' },
        deliverTwice: true,
        limits: { concurrentFunctions: 2 },
      },
      [
        'Twilio’s REST API cuts its answers off',
        'Webhooks have a wrong signature',
        'Webhooks are delivered twice',
      ],
    ],
    [
      {
        faults: {
          webhooks: [
            { kind: 'slow', on: 'all', ms: 600, every: 2 },
            { kind: 'cut', on: 'sweep', times: 1 },
            { kind: 'notJson', on: 'sweep', every: 22 },
          ],
          requests: [
            { kind: 'error', on: 'all', status: 429, retryAfter: 3, times: 2 },
            { kind: 'hang', on: 'POST /Documents', done: true, probability: 0.25 },
          ],
        },
      },
      [
        'All webhooks: 600 ms late, every second time',
        'sweep: cut off halfway, once',
        'sweep: answered with an HTML page, every 22nd time',
        'All REST requests: answered 429 with Retry-After 3, 2 times',
        'POST /Documents: no answer, after the work is done, 25% of the time',
      ],
    ],
    [{ flex: { channelFailsAfterMs: 500 } }, ['Flex channels fail after 500 ms with 20500']],
  ])('of %j are named', (change, names) => {
    const store = new SettingsStore('http://localhost:3000', () => undefined);
    expect(activeFaults(store.change(change), store.defaults)).toEqual(names);
  });

  it.each<[number, string[]]>([
    [
      20,
      [
        'Functions handle 20 requests at once',
        'Twilio’s REST API handles 20 requests at once',
        'Sync lets a document be read 20 times a second, and written as often',
        'Flex takes 20 requests a second to each endpoint of Interactions',
      ],
    ],
    [
      1,
      [
        'Functions handle 1 request at once',
        'Twilio’s REST API handles 1 request at once',
        'Sync lets a document be read once a second, and written as often',
        'Flex takes 1 request a second to each endpoint of Interactions',
      ],
    ],
  ])('are not the limits, which are named as well: %j', (most, names) => {
    const store = new SettingsStore('http://localhost:3000', () => undefined);
    const limits = {
      concurrentFunctions: most,
      concurrentRequests: most,
      syncPerDocument: most,
      interactionsPerSecond: most,
    };
    const settings = store.change({ limits });
    expect(activeFaults(settings, store.defaults)).toEqual([]);
    expect(activeLimits(settings, store.defaults)).toEqual(names);
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
