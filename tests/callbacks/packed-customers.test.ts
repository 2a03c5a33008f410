import { compareCustomers } from '../../lib/customers/places';
import { customer, routing } from '../support/data';
import { fixture } from '../support/fixtures';
import { pack } from '../support/packed-customers';
import { runtimes, useRuntime } from '../support/runtimes';
import { ada, details, list, others, path } from './crm-data';

const file = '/customers-1.bin';
const cards = (names: typeof others) => {
  const { asset, files } = pack([ada, ...names].sort(compareCustomers));
  return { '/customers.json': JSON.stringify(asset), [file]: files.get(file) } as const;
};
const data = { ...cards(others), '/routing.json': JSON.stringify(routing()) };
const inbound = { ...fixture('on-conversation-add-inbound'), 'MessagingBinding.Address': '+12125550101' };

/** What may be wrong with the files that were deployed. */
const damages: [string, Uint8Array | undefined][] = [
  ['missing', undefined],
  ['of another build', cards([...others, customer({ customer_id: 'x' })])[file]],
  ['cut', data[file]?.subarray(0, 640)],
];

describe.each(runtimes)('packed customers, $name', (runtime) => {
  const running = useRuntime(runtime, { assets: data });

  it('are listed, searched and shown', async () => {
    const ids = async (fields: Record<string, string>): Promise<string[]> => {
      const { body } = await running.call(path, { ...list, ...fields });
      const { customers } = (body as { objects: { customers: { customer_id: string }[] } }).objects;
      return customers.map(({ customer_id }) => customer_id);
    };
    expect(await ids({ PageSize: '2' })).toEqual(['ada', 'c0']);
    expect(await ids({ Query: 'customer 77' })).toEqual(['c77']);
    const { status, body } = await running.call(path, { ...details, CustomerId: 'ada' });
    expect([status, body]).toMatchObject([200, { objects: { customer: { display_name: 'Ada Lovelace' } } }]);
    expect((await running.call(path, { ...details, CustomerId: 'nobody' })).status).toBe(404);
  });

  it('are found by address', async () => {
    const { status, body } = await running.call('/callbacks/conversations', inbound);
    expect([status, body]).toMatchObject([200, { friendly_name: 'Ada Lovelace' }]);
  });

  it.each(damages)('answer 500 when a file is %s, and name the file in the log', async (_title, bytes) => {
    await running.setData({ ...data, [file]: bytes });
    const { status, body, lines } = await running.call(path, { ...details, CustomerId: 'ada' });
    const hook = await running.call('/callbacks/conversations', inbound);
    await running.setData(data);
    const code = bytes ? 'customers_damaged' : 'asset_missing';
    const facts = {
      level: 'error',
      error: code,
      file: expect.stringMatching(/assets\/customers-1\.private\.bin$/),
    };
    expect([status, body]).toMatchObject([500, { code }]);
    expect(lines).toEqual([expect.objectContaining(facts)]);
    // A pre-action hook answers 200: otherwise, Twilio would drop the message.
    expect([hook.status, hook.body, hook.lines]).toEqual([200, {}, [expect.objectContaining(facts)]]);
  });
});
