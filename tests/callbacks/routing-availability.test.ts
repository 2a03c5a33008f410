import { faults } from '../support/fake-twilio';
import { runtimes } from '../support/runtimes';
import { ada, dataWith, event, owned, path, pool, ranked, sid, useRouting } from './route-event';

describe.each(runtimes)('onConversationRoute, $name', (runtime) => {
  const running = useRouting(runtime);

  describe('routing with respectAvailability', () => {
    const respect = { respectAvailability: true };
    const away = (identity: string | undefined): void =>
      running.twilio.addUser({ identity: String(identity), isAvailable: false });

    it('passes over workers who are away, deactivated or no Frontline users', async () => {
      await running.setData(dataWith(ada, respect));
      away(ranked[0]);
      running.twilio.addUser({ identity: ranked[1] as string, state: 'deactivated' });
      running.twilio.addUser({ identity: 'desk@example.com' });
      const answer = await running.call(path, event);
      expect(answer.body).toEqual({ routed: true, worker: 'desk@example.com', rule: 'default_worker' });
      expect(answer.lines[0]?.passedOver).toEqual([
        { rule: 'customer_entry', why: 'no entry for this customer' },
        { rule: 'customer_worker', why: 'the customer has no worker' },
        { rule: 'number', why: 'no workers for this number' },
        { rule: 'pool', why: 'unavailable' },
        { rule: 'pool', why: 'unavailable' },
        { rule: 'pool', why: 'unavailable' },
      ]);
    });

    it.each([
      ['assign', 'alice@example.com'],
      ['next', ranked[0]],
    ] as const)(
      "with unavailableOwner %s, gives an absent owner's customer to %s",
      async (unavailableOwner, worker) => {
        await running.setData(dataWith(owned, { ...respect, unavailableOwner }));
        away('alice@example.com');
        for (const identity of pool) running.twilio.addUser({ identity });
        expect(await running.call(path, event)).toMatchObject({ body: { routed: true, worker } });
      },
    );

    it.each([
      ['leave', { routed: false, reason: 'nobody_available' }, []],
      ['assign', { routed: true, worker: 'desk@example.com', rule: 'default_worker' }, ['desk@example.com']],
    ] as const)(
      'follows nobodyAvailable: %s, while all workers are away',
      async (nobodyAvailable, body, workers) => {
        await running.setData(dataWith(ada, { ...respect, nobodyAvailable }));
        for (const identity of [...pool, 'desk@example.com']) away(identity);
        const answer = await running.call(path, event);
        expect([answer.status, answer.body]).toEqual([200, body]);
        expect(running.twilio.workers(sid)).toEqual(workers);
      },
    );

    it.each([
      ['fails', faults.serverError],
      ['cannot be reached', faults.reset],
      ['refuses our credentials', { status: 401, code: 20003 }],
    ])(
      'assigns a worker whose availability is not known, because the Users API %s',
      async (_title, fault) => {
        await running.setData(dataWith(ada, respect));
        for (const identity of pool) away(identity);
        running.twilio.fail({ host: 'frontline-api.twilio.com' }, fault);
        expect(await running.call(path, event)).toMatchObject({
          status: 200,
          body: { routed: true, worker: ranked[0], rule: 'pool' },
        });
      },
    );

    it('asks about an identity with odd characters as it is written', async () => {
      const identity = 'ann+1 #2@example.com';
      await running.setData(dataWith(ada, { ...respect, pool: [identity] }));
      running.twilio.addUser({ identity });
      expect(await running.call(path, event)).toMatchObject({ body: { routed: true, worker: identity } });
    });
  });
});
