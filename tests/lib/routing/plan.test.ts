import { readEventAddress } from '../../../lib/address';
import { onConversationAdded } from '../../../lib/events/conversations';
import { planRoute, rankPool, reasonNotToRoute } from '../../../lib/routing/plan';
import { parseEvent } from '../../../lib/webhook/request';
import { customer, routing } from '../../support/data';

const conversation = {
  sid: 'CH1',
  senders: ['+12125550101'].map(readEventAddress),
  twilioAddress: readEventAddress('+16465550190'),
};

describe('the plan', () => {
  it('tries the entry, the own worker, the number, the pool and the default worker, in this order', () => {
    const data = routing({
      routing: {
        numbers: { '+16465550190': ['n'] },
        pool: ['p1', 'p2'],
        defaultWorker: 'd',
      },
    });
    const known = customer({ assigned_workers: ['e'], worker: 'w' });
    const [first, second] = rankPool(['p1', 'p2'], 'CH1');
    expect(planRoute(conversation, known, data)).toEqual({
      candidates: [
        { worker: 'e', rule: 'customer_entry', evenIfUnavailable: true },
        { worker: 'w', rule: 'customer_worker', evenIfUnavailable: true },
        { worker: 'n', rule: 'number', evenIfUnavailable: true },
        { worker: first, rule: 'pool', evenIfUnavailable: true },
        { worker: second, rule: 'pool', evenIfUnavailable: true },
        { worker: 'd', rule: 'default_worker', evenIfUnavailable: true },
      ],
      passedOver: [],
    });
  });

  it('gives the reason why each rule has nobody', () => {
    expect(planRoute(conversation, undefined, routing())).toEqual({
      candidates: [],
      passedOver: [
        { rule: 'customer_entry', why: 'no entry for this customer' },
        { rule: 'customer_worker', why: 'the customer is not known' },
        { rule: 'number', why: 'no workers for this number' },
        { rule: 'pool', why: 'the pool is empty' },
        { rule: 'default_worker', why: 'there is no default worker' },
      ],
    });
  });

  it('finds an entry for an address that no customer has, on WhatsApp too', () => {
    const data = routing({ routing: { addresses: { '+12125550101': 'e' } } });
    const plan = planRoute(
      { ...conversation, senders: [readEventAddress('whatsapp:+12125550101')] },
      undefined,
      data,
    );
    expect(plan.candidates).toEqual([{ worker: 'e', rule: 'customer_entry', evenIfUnavailable: true }]);
  });

  it.each([
    ['+12125550101', 'any'],
    ['whatsapp:+12125550101', 'onWhatsApp'],
    ['+12125550102', 'assigned'],
    ['whatsapp:+5215512345678', 'mexican'],
  ])(
    "for a conversation from %s goes by the channel's entry, the address's, then the customer's: %s",
    (sender, worker) => {
      const addresses = {
        '+12125550101': 'any',
        'whatsapp:+12125550101': 'onWhatsApp',
        'whatsapp:+525512345678': 'mexican',
        '+525512345678': 'any',
        'sms:+12125550109': 'other',
      };
      const data = routing({ routing: { addresses } });
      const known = customer({ assigned_workers: ['assigned', 'any'] });
      const senders = [sender, '+12125550109'].map(readEventAddress);
      const others = ['+12125550108', '+12125550109'].map(readEventAddress);
      expect(planRoute({ ...conversation, senders }, known, data).candidates).toEqual([
        { worker, rule: 'customer_entry', evenIfUnavailable: true },
      ]);
      expect(planRoute({ ...conversation, senders: others }, undefined, data).candidates).toEqual([
        { worker: 'other', rule: 'customer_entry', evenIfUnavailable: true },
      ]);
    },
  );

  it('is made for what is written to a short code of ours, without Frontline too', () => {
    const data = routing({ ownAddresses: ['24680'], routing: { on: 'onConversationAdded' } });
    const event = { 'MessagingBinding.Address': '+12125550101', 'MessagingBinding.ProxyAddress': '24680' };
    const reason = (fields: object): string | undefined =>
      reasonNotToRoute(parseEvent(onConversationAdded, { ConversationSid: 'CH1', ...fields }), data);
    expect(reason(event)).toBeUndefined();
    expect(reason({ ...event, 'MessagingBinding.ProxyAddress': '24681' })).toBe(
      'not to an address of the routing data',
    );
  });

  it('knows the workers of a short code', () => {
    const data = routing({ routing: { numbers: { '24680': ['n'] } } });
    expect(
      planRoute({ ...conversation, twilioAddress: readEventAddress('24680') }, undefined, data).candidates,
    ).toEqual([{ worker: 'n', rule: 'number', evenIfUnavailable: true }]);
  });

  it.each([
    ['assign', true],
    ['next', false],
  ] as const)('with unavailableOwner %s, owners are assigned when away: %s', (unavailableOwner, even) => {
    const data = routing({
      routing: { pool: ['p'], defaultWorker: 'd', respectAvailability: true, unavailableOwner },
    });
    const plan = planRoute(conversation, customer({ worker: 'w' }), data);
    expect(plan.candidates.map(({ worker, evenIfUnavailable }) => [worker, evenIfUnavailable])).toEqual([
      ['w', even],
      ['p', false],
      ['d', false],
    ]);
  });

  it('keeps the default worker as the last resort when the data says so', () => {
    const data = routing({
      routing: { defaultWorker: 'd', respectAvailability: true, nobodyAvailable: 'assign' },
    });
    expect(planRoute(conversation, undefined, data).candidates).toEqual([
      { worker: 'd', rule: 'default_worker', evenIfUnavailable: true },
    ]);
  });
});
