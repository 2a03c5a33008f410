import { customer, routing } from '../support/data';
import { fixture } from '../support/fixtures';
import { deployedRuntime } from '../support/process-runtimes';
import type { Running } from '../support/runtime';
import { inBatches, wireFaults } from './faults';

const joined = fixture('on-participant-added-customer');
const ada = customer({
  customer_id: 'ada',
  worker: 'alice',
  channels: [{ type: 'sms', value: '+12125550101' }],
});

let running: Running;
let made = 0;
/** A SID of its own for each run. */
const newSid = (prefix: string): string => `${prefix}${String(++made).padStart(32, '0')}`;
beforeAll(async () => {
  running = await deployedRuntime.start({
    assets: {
      '/customers.json': JSON.stringify({
        // A card of its own for each run: what is looked up by its address can fail for that run alone.
        customers: [
          ada,
          ...wireFaults.map((_fault, index) => ({
            ...ada,
            customer_id: `c${index}`,
            channels: [{ type: 'email', value: `c${index}@example.com` }],
          })),
        ],
      }),
      '/routing.json': JSON.stringify(routing({ customerAccess: 'own', ownAddresses: ['+16465550190'] })),
    },
  });
});
afterAll(() => running.stop());
beforeEach(() => running.twilio.reset());

describe('onParticipantAdded', () => {
  it.each([
    ['reading it', 'GET'],
    ['updating it', 'POST'],
  ])('completes the participant, whatever happens once on the wire to %s', async (_title, method) => {
    const runs = inBatches(wireFaults, async ({ name, fault }) => {
      const [conversation, participant] = [newSid('CH'), newSid('MB')];
      running.twilio.addConversation({ sid: conversation }, [
        { sid: participant, address: '+12125550101', attributes: '{"crm":7}' },
      ]);
      running.twilio.fail({ method, path: new RegExp(`/Participants/${participant}$`) }, fault, 1);
      const { status } = await running.call('/callbacks/conversations', {
        ...joined,
        ConversationSid: conversation,
        ParticipantSid: participant,
      });
      const [after] = running.twilio.participants(conversation);
      return { name, status, attributes: JSON.parse(after?.attributes ?? '') };
    });
    const attributes = { crm: 7, customer_id: 'ada', display_name: 'Ada Lovelace' };
    expect(await runs).toEqual(wireFaults.map(({ name }) => ({ name, status: 200, attributes })));
  });
});

describe('a worker who is in a conversation with a customer', () => {
  const faults = wireFaults.filter(({ fault }) => !fault.after);

  it.each([
    // The query names the customer, not the path: each fault hits one of the requests that come at once.
    ['looking for the conversations', () => '/v1/ParticipantConversations'],
    ['listing who is there', (sid: string) => new RegExp(`/Conversations/${sid}/Participants$`)],
  ])('opens the card, whatever happens once on the wire to %s', async (_title, pathOf) => {
    const runs = inBatches(faults, async ({ name, fault }, index) => {
      const sid = newSid('CH');
      running.twilio.addConversation({ sid }, [{ address: `c${index}@example.com` }, { identity: 'bob' }]);
      running.twilio.fail({ method: 'GET', path: pathOf(sid) }, fault, 1);
      const { status, body } = await running.call('/callbacks/crm', {
        Location: 'GetCustomerDetailsByCustomerId',
        Worker: 'bob',
        CustomerId: `c${index}`,
      });
      return { name, status, body };
    });
    expect(await runs).toEqual(
      faults.map(({ name }, index) => ({
        name,
        status: 200,
        body: { objects: { customer: expect.objectContaining({ customer_id: `c${index}` }) } },
      })),
    );
  });
});
