import { markAttributes } from '../../lib/routing/assign';
import { customer, routing } from '../support/data';
import { fixture } from '../support/fixtures';
import { deployedRuntime } from '../support/process-runtimes';
import type { Answer, Running } from '../support/runtime';
import { inBatches, wireFaults } from './faults';

const event = fixture('on-conversation-route');
const group = fixture('on-conversation-route-group-mms');
const [ours, ada] = ['+16465550190', '+12125550101'];

let running: Running;
let conversations = 0;
beforeAll(async () => {
  running = await deployedRuntime.start({
    assets: {
      '/customers.json': JSON.stringify({
        customers: [customer({ channels: [{ type: 'sms', value: ada }], worker: 'alice' })],
      }),
      '/routing.json': JSON.stringify(
        routing({
          workers: [{ identity: 'alice' }, { identity: 'bob' }],
          ownAddresses: [ours],
          routing: { pool: ['bob'], respectAvailability: true, unavailableOwner: 'next' },
        }),
      ),
    },
  });
});
afterAll(() => running.stop());
beforeEach(() => {
  running.twilio.reset();
  for (const identity of ['alice', 'bob']) running.twilio.addUser({ identity });
});

/** The customer at a number of ours that no other conversation has. */
const oneToOne = () => ({
  address: ada,
  proxyAddress: `+1646555${String(1_000 + ++conversations).slice(-4)}`,
});

/** The requests that routing makes, each with a conversation in which it is made. */
const requests: Record<string, { method: string; path: string; begin(sid: string): void; fields?: object }> =
  {
    'listing the participants': {
      method: 'GET',
      path: '/Participants$',
      begin: (sid) => running.twilio.addConversation({ sid }, [oneToOne()]),
    },
    'adding the worker': {
      method: 'POST',
      path: '/Participants$',
      begin: (sid) => running.twilio.addConversation({ sid }, [oneToOne()]),
    },
    'giving the worker our number in a group': {
      method: 'POST',
      path: '/Participants/MB',
      begin: (sid) => running.twilio.addConversation({ sid }, [{ address: ada }, { projectedAddress: ours }]),
      fields: group,
    },
    'removing one of two': {
      method: 'DELETE',
      path: '/Participants/MB',
      begin: (sid) =>
        running.twilio.addConversation({ sid }, [
          oneToOne(),
          { identity: 'customer-in-a-chat' },
          { identity: 'alice', attributes: markAttributes({ rank: 0, rule: 'customer_worker' }) },
          { identity: 'bob', attributes: markAttributes({ rank: 1, rule: 'pool' }) },
        ]),
    },
  };

describe('onConversationRoute', () => {
  it.each(Object.entries(requests))(
    'ends with one worker, whatever happens once on the wire to %s',
    async (_title, { method, path, begin, fields = event }) => {
      // A 204 without a body is what a removal is answered with.
      const faults = wireFaults.filter(({ name }) => method !== 'DELETE' || name !== 'no body');
      const runs = inBatches(faults, async ({ name, fault }) => {
        const sid = `CH${String(++conversations).padStart(32, '0')}`;
        begin(sid);
        running.twilio.fail({ method, path: new RegExp(`/Conversations/${sid}${path}`) }, fault, 1);
        const { status, body }: Answer = await running.call('/callbacks/routing', {
          ...fields,
          ConversationSid: sid,
        });
        const workers = running.twilio.workers(sid).filter((identity) => identity !== 'customer-in-a-chat');
        const others = running.twilio.participants(sid).length - workers.length;
        return { name, status, worker: (body as { worker?: string }).worker, workers, others };
      });
      const others = method === 'DELETE' ? 2 : 1;
      expect(await runs).toEqual(
        faults.map(({ name }) => ({ name, status: 200, worker: 'alice', workers: ['alice'], others })),
      );
    },
  );

  it.each(wireFaults.filter(({ fault }) => !fault.after))(
    'ignores availability after a fault of the Users API: $name',
    async ({ fault }) => {
      const sid = `CH${String(++conversations).padStart(32, '0')}`;
      running.twilio.addUser({ identity: 'alice', isAvailable: false });
      running.twilio.addConversation({ sid }, [oneToOne()]);
      running.twilio.fail({ host: 'frontline-api.twilio.com' }, fault);
      const answer = await running.call('/callbacks/routing', { ...event, ConversationSid: sid });
      expect([answer.status, answer.body]).toEqual([
        200,
        { routed: true, worker: 'alice', rule: 'customer_worker' },
      ]);
    },
  );
});
