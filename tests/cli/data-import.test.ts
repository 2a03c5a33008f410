import { customers, plan, sources, written } from '../support/csv-import';

describe('what is written', () => {
  it('changes only the fields that change, and adds customers at the end', async () => {
    const csv =
      'Id,Name,Phone,Plan\n1002,John Fox,(212) 555-0199,Silver\n1003,Jane,+1 212 555 0103,\n1001,,,Gold';
    const result = await plan(csv);
    expect(result).toMatchObject({ unchanged: 1, missing: [] });
    expect(result.text).toBe(
      customers
        .replace(
          '"channels": [{ "type": "sms", "value": "(212) 555-0102", "primary": true }]',
          '"channels": [{ "type": "sms", "value": "+12125550199" }],\n      "fields": {\n        "plan": "Silver"\n      }',
        )
        .replace(
          /\n {2}\]\n\}\n$/,
          ',\n    {\n      "customer_id": "1003",\n      "display_name": "Jane",\n      "channels": [\n        { "type": "sms", "value": "+12125550103" }\n      ]\n    }\n  ]\n}\n',
        ),
    );
  });

  it('keeps the indentation and line ends of the file, also those of a file in one line', async () => {
    const tabs = customers.replaceAll('  ', '\t').replaceAll('\n', '\r\n');
    const result = await plan(
      'Id,Name,Email\n1003,Jane,j@example.com',
      {},
      { ...sources, 'customers.private.json': tabs },
    );
    expect(result.text).toContain('\r\n\t\t{\r\n\t\t\t"customer_id": "1003",\r\n');
    expect(result.text?.replaceAll('\r\n', '')).not.toContain('\n');

    const dense = JSON.stringify(JSON.parse(customers));
    const one = await plan(
      'Id,Name,Email\n1003,Jane,j@example.com',
      {},
      { ...sources, 'customers.private.json': dense },
    );
    expect(one.text).not.toContain('\n');
    expect(one.text).toContain('},{"customer_id":"1003"');
  });

  it('keeps what the file does not say: other channels, links, the name of a channel', async () => {
    const result = await plan('Id,Phone\n1001,+12125550177');
    const [maria] = JSON.parse(customers).customers;
    expect(result.customers).toMatchObject([
      { changes: [{ field: 'channels.sms', from: '(212) 555-0101', to: '+12125550177' }] },
    ]);
    expect(written(result)[0]).toEqual({
      ...maria,
      channels: [{ type: 'sms', value: '+12125550177', display_name: 'Mobile' }, maria.channels[1]],
    });
  });

  it('keeps the numbers in national form of a customer who gets another country', async () => {
    const result = await plan('Id,Country\n1001,Germany');
    expect(written(result)[0]).toMatchObject({
      country: 'DE',
      channels: [{ value: '+12125550101', display_name: 'Mobile' }, { value: '+1 212 555 0101' }],
    });
  });

  it('is nothing where an empty cell is all that differs', async () => {
    const result = await plan('Id,Name,Phone,Owner,Plan\n1001,María  Gómez,,,');
    expect(result).toMatchObject({ customers: [], unchanged: 1, text: customers });
  });

  it('has the owner by identity or by name; an unknown one is left as it is, with who may be meant', async () => {
    const result = await plan('Id,Owner\n1001,Bob Brown\n1002,alise@example.com');
    expect(written(result)).toMatchObject([{ worker: 'bob@example.com' }, { customer_id: '1002' }]);
    expect(written(result)[1]).not.toHaveProperty('worker');
    expect(result.warnings).toEqual([
      {
        line: 3,
        name: undefined,
        problem: expect.stringMatching(/^"alise@example.com" is not one of the workers/),
        fix: expect.stringMatching(/^did you mean "alice@example.com"\?/),
      },
    ]);
  });

  it('begins a file where there is none', async () => {
    const data = { ...sources, 'customers.private.json': undefined };
    const result = await plan('Id,Name,Phone\n1,Ann,(212) 555-0111', { country: 'US' }, data);
    expect(JSON.parse(result.text ?? '')).toEqual({
      $schema: '../schemas/customers.schema.json',
      defaultCountry: 'US',
      customers: [
        { customer_id: '1', display_name: 'Ann', channels: [{ type: 'sms', value: '+12125550111' }] },
      ],
    });
  });

  it('lacks customers who are not in the file only where that is asked for', async () => {
    const csv = 'Id,Name,Phone\n1002,John Fox,\n1003,Jane,+12125550103';
    expect(written(await plan(csv)).map(({ customer_id: id }) => id)).toEqual([1001, '1002', '1003']);
    const pruned = await plan(csv, { prune: true });
    expect(pruned.missing).toEqual([{ customer_id: '1001', name: 'María Gómez' }]);
    expect(written(pruned).map(({ customer_id: id }) => id)).toEqual(['1002', '1003']);
    const none = await plan('Id,Name,Phone\n1003,Jane,+12125550103', { prune: true });
    expect(written(none).map(({ customer_id: id }) => id)).toEqual(['1003']);
  });

  it('keeps everybody where the file has no rows', async () => {
    await expect(plan('Id,Name\n', { prune: true })).rejects.toThrow('every customer would be removed');
  });

  it('is nothing where the routing data names a customer who would be removed', async () => {
    const routing = JSON.parse(String(sources['routing.private.json']));
    routing.routing.customers = [{ customer_id: '1001', worker: 'bob@example.com' }];
    const data = { ...sources, 'routing.private.json': JSON.stringify(routing) };
    const result = await plan('Id,Name\n1002,John Fox', { prune: true }, data);
    expect(result.text).toBeUndefined();
    expect(result.problems).toMatchObject([
      { path: 'routing.customers[0].customer_id', problem: 'there is no customer "1001"' },
    ]);
  });

  it('may leave problems that were there before, but adds none', async () => {
    const wrong = customers.replace(
      '"display_name": "John Fox",',
      '"display_name": "John Fox",\n      "avatar": "x.png",',
    );
    const data = { ...sources, 'customers.private.json': wrong };
    expect((await plan('Id,Name,Phone\n1003,Jane,+12125550103', {}, data)).text).toContain('"x.png"');
    expect((await plan('Id,Name,Phone,Avatar\n1003,Jane,+12125550103,x.png', {}, data)).badRows).toHaveLength(
      1,
    );
  });

  it('is nothing where the file of the customers cannot be read', async () => {
    const twice = '{"customers": [{"customer_id": "1"}], "customers": [{"customer_id": "2"}]}';
    const latin = Buffer.from('{"customers": [{"display_name": "Zo\xeb"}]}', 'latin1');
    for (const text of ['{ "customers": [', '{"customers": [{]}', '{"customers": {}}', twice, latin]) {
      const data = { ...sources, 'customers.private.json': text };
      await expect(plan('Id,Name\n1,Ann', {}, data)).rejects.toThrow('"npm run data -- check" lists them');
    }
  });
});

describe('forty thousand rows', () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i},C ${i},+1${2_120_000_000 + i}`);
  const csv = ['Id;Name;Phone', ...rows].join('\n').replaceAll(',', ';');

  it('are imported whole, and change nothing when they are imported again', async () => {
    const result = await plan(csv);
    expect([result.customers.length, result.missing.length, result.badRows]).toEqual([40_000, 0, []]);
    expect(written(result)).toHaveLength(40_000);
    const again = await plan(csv, {}, { ...sources, 'customers.private.json': result.text });
    expect(again).toMatchObject({ customers: [], unchanged: 40_000 });
  }, 120_000);
});
