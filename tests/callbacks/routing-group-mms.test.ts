import { routing } from '../support/data';
import { fixture } from '../support/fixtures';
import { runtimes } from '../support/runtimes';
import { owned, path, pool, useRouting } from './route-event';

const group = fixture('on-conversation-route-group-mms');

describe.each(runtimes)('onConversationRoute, $name', (runtime) => {
  const running = useRouting(runtime);

  describe('a group MMS', () => {
    const ours = '+16465550190';
    const groupSid = group.ConversationSid as string;
    const projected = { sid: `MB${'c'.repeat(32)}`, projectedAddress: ours };
    /** As Twilio has made them by then: a participant for each number, ours without an identity. */
    const begin = (join: 'update' | 'create' | 'both', members = ['+12125550101', '+12125550102']): void => {
      running.twilio.addConversation({ sid: groupSid }, [
        ...members.map((address) => ({ address })),
        projected,
      ]);
      running.twilio.groupJoin = join;
    };
    const data = (rules = {}, ownAddresses = [ours]) => ({
      '/customers.json': JSON.stringify({ customers: [owned] }),
      '/routing.json': JSON.stringify(
        routing({
          ownAddresses,
          workers: [{ identity: 'alice@example.com' }],
          routing: { numbers: { [ours]: ['nora@example.com'] }, pool, ...rules },
        }),
      ),
    });
    const inGroup = () =>
      running.twilio
        .participants(groupSid)
        .flatMap(({ identity, messaging_binding }) =>
          identity === null ? [] : [[identity, messaging_binding?.projected_address]],
        );

    it.each(['update', 'create', 'both'] as const)(
      "gives the sender's worker our number, where Twilio accepts %s",
      async (join) => {
        await running.setData(data());
        begin(join);
        const answer = await running.call(path, group);
        expect(answer.body).toEqual({ routed: true, worker: 'alice@example.com', rule: 'customer_worker' });
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
        expect((await running.call(path, group)).body).toEqual({
          routed: true,
          worker: 'alice@example.com',
          rule: 'already_in_conversation',
        });
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
      },
    );

    it.each([
      ['among the receivers', {}, [ours]],
      ['in the list of participants, where the data does not name it', {}, []],
      ['in square brackets', { 'MessagingBinding.Address': `[+12125550102, ${ours}]` }, [ours]],
      ['as documented', { 'MessagingBinding.ProjectedAddress': `[${ours}]` }, []],
    ])('of unknown customers gets a worker of our number, found %s', async (_title, fields, ownAddresses) => {
      await running.setData({ ...data({}, ownAddresses), '/customers.json': '{"customers":[]}' });
      begin('update');
      const answer = await running.call(path, { ...group, ...fields });
      expect(answer.body).toEqual({ routed: true, worker: 'nora@example.com', rule: 'number' });
      expect(inGroup()).toEqual([['nora@example.com', ours]]);
    });

    it("of the sender and us gets the sender's worker", async () => {
      await running.setData(data());
      begin('update', ['+12125550101']);
      const answer = await running.call(path, { ...group, 'MessagingBinding.Address': ours });
      expect(answer.body).toMatchObject({ worker: 'alice@example.com' });
      expect(inGroup()).toEqual([['alice@example.com', ours]]);
    });

    it('keeps the attributes of the participant of our number', async () => {
      await running.setData(data());
      running.twilio.addConversation({ sid: groupSid }, [
        { address: '+12125550101' },
        { ...projected, attributes: '{"crm":{"id":7}}' },
      ]);
      await running.call(path, group);
      expect(running.twilio.writes.map(({ form }) => JSON.parse(String(form.Attributes)))).toEqual([
        { crm: { id: 7 }, added_by_routing: { rank: -1, rule: 'customer_worker' } },
      ]);
    });

    it.each(['update', 'create'] as const)(
      'has one worker after five deliveries at once, where Twilio accepts %s',
      async (join) => {
        await running.setData(data());
        begin(join);
        const answers = await Promise.all(Array.from({ length: 5 }, () => running.call(path, group)));
        expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
        expect(inGroup()).toEqual([['alice@example.com', ours]]);
      },
    );
  });
});
