import { endpoint } from '../../functions/maintenance/sweep';
import { finishStarts } from '../../lib/sweep/finish-starts';
import { serveEndpoint } from '../../lib/webhook/endpoint';
import { VirtualFlex } from '../flex/virtual-flex';
import { invoke } from '../support/invoke';

const key = 'a-key-of-cron-services-0123456789';
const keyed = { channel: 'sms', to: '+12125550101', body: 'Hello', idempotencyKey: 'order-7' };
const nothing = { routed: 0, closed: 0, finished: 0, unrouted: 0, failed: 0 };

/** A start whose instance died before it sent its message. */
async function leaveUnfinished(): Promise<VirtualFlex> {
  const flex = new VirtualFlex();
  flex.never({ method: 'POST', path: '/v1/Conversations/*/Messages' });
  void flex.asAgent(keyed);
  await flex.reached('/Messages');
  return flex;
}

// The instance that died waits for its clock a little longer.
afterAll(async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
});

describe('unfinished outbound starts', () => {
  it('are finished by the function for cron services once nothing can show any more, if there is time', async () => {
    const flex = await leaveUnfinished();
    const call = () =>
      flex.beside(() =>
        invoke(
          serveEndpoint(endpoint),
          { request: { headers: { authorization: `Bearer ${key}` } } },
          {
            twilio: flex.twilio,
            env: { ...flex.env, SWEEP_API_KEY: key },
            assets: {
              '/customers.json': JSON.stringify({ customers: [] }),
              '/routing.json': JSON.stringify(flex.routing),
            },
          },
        ),
      );
    expect((await call()).body).toEqual({ done: true, ...nothing });
    expect(flex.openConversations()).toHaveLength(1);
    flex.clock += 51_000;
    const inNoTime = await flex.beside((twilio, sync) =>
      finishStarts({
        openTwilio: () => twilio,
        openSync: () => sync,
        newId: () => 'sweep-1',
        hasTime: () => false,
      }),
    );
    expect(inNoTime).toEqual({ finished: [], isWhole: false });
    expect(flex.openConversations()).toHaveLength(1);
    expect((await call()).body).toEqual({ done: true, ...nothing, finished: 1 });
    expect([flex.openConversations(), flex.openInteractions(), flex.messages()]).toEqual([[], [], []]);
    expect(flex.problems).toEqual([]);
  });
});
