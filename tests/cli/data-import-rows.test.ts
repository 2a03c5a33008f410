import { compileData } from '../../build/data/compile';
import { plan, sources, written } from '../support/csv-import';

describe('a row that cannot be imported', () => {
  it.each<[string, string, string, string]>([
    [
      'a number that is none',
      'Id,Name,Phone\n1003,Jane,12',
      '"12" is not a valid phone number',
      'write one number',
    ],
    [
      'a number that Excel has rounded',
      'Id,Name,Phone\n1003,Jane,1.21256E+10',
      '"1.21256E+10" is not a valid phone number',
      'Excel has rounded the number: format the column as text',
    ],
    [
      'a number whose + Excel has removed',
      'Id,Name,Phone\n1003,Jane,442079460123',
      '"442079460123" is not a valid phone number',
      'did you mean "+442079460123"?',
    ],
    [
      'too few cells for an address',
      'Id,Name,Phone\n1003,Jane',
      'is missing its last cell and would be a customer without an address',
      'keep empty cells',
    ],
    [
      'a number with an extension',
      'Id,Name,Phone\n1003,Jane,+1 212 555 0103 x12',
      'is not a valid phone number',
      'write one number',
    ],
    [
      'an e-mail address that is none',
      'Id,Name,Email\n1003,Jane,jane',
      '"jane" is not a valid e-mail',
      'name@',
    ],
    ['no name', 'Id,Phone\n1003,+12125550103', 'has no name', '--map "COLUMN=display_name"'],
    ['no id and no address', 'Name,Phone\nJane,', 'has neither an id nor an address', 'give it an id'],
    [
      'too many cells',
      'Id,Name,Phone\n1003,Doe, Jane,+12125550103',
      'has 4 cells, but the header has 3',
      '","',
    ],
    ['an unknown country', 'Id,Name,Country\n1003,Jane,Atlantis', 'country: is not a country code', '"US"'],
    ['an unknown language', 'Id,Name,Language\n1003,Jane,12', 'language: is not a language tag', 'BCP 47'],
    ['an avatar that is no URL', 'Id,Name,Avatar\n1003,Jane,me.png', 'avatar: is not an https', 'https://'],
  ])('is listed with its line, its name and the fix: %s', async (_title, csv, problem, fix) => {
    const { badRows, text, customers: planned } = await plan(csv);
    expect(badRows).toEqual([
      {
        line: 2,
        name:
          csv.includes('has no') || !csv.includes('Name') ? undefined : csv.includes('Doe,') ? 'Doe' : 'Jane',
        problem: expect.stringContaining(problem),
        fix: expect.stringContaining(fix),
      },
    ]);
    expect(text).toBeUndefined();
    expect(planned.filter(({ customer_id: id }) => id !== '1003')).toEqual([]);
  });

  it('needs the country of its number, unless the data or the command line has one', async () => {
    const data = { ...sources, 'customers.private.json': '{ "customers": [] }' };
    const csv = 'Id,Name,Phone\n1003,Jane,(212) 555-0103';
    const { badRows } = await plan(csv, {}, data);
    expect(badRows).toMatchObject([{ fix: expect.stringContaining('--country US') }]);
    const result = await plan(csv, { country: 'US' }, data);
    expect(written(result)).toMatchObject([{ channels: [{ type: 'sms', value: '+12125550103' }] }]);
    const british = await plan('Id,Name,Phone,Country\n1003,Jane,020 7946 0123,UK', { country: 'US' }, data);
    expect(written(british)).toMatchObject([{ country: 'GB', channels: [{ value: '+442079460123' }] }]);
  });

  it('prevents the import of all others, unless bad rows are to be left out', async () => {
    const csv =
      'Id,Name,Phone,Avatar\n1,Ann,+12125550111,\n2,Bob,12,\n3,Cid,+12125550113,no.png\n4,Dee,+12125550114,';
    expect((await plan(csv)).text).toBeUndefined();
    const result = await plan(csv, { skipBadRows: true });
    expect(result.badRows.map(({ line }) => line)).toEqual([3, 4]);
    expect(written(result).map(({ display_name: name }) => name)).toEqual([
      'María Gómez',
      'John Fox',
      'Ann',
      'Dee',
    ]);
    expect(compileData({ ...sources, 'customers.private.json': result.text }).problems).toEqual([]);
  });

  it('has its warnings once, though the others are checked again without it', async () => {
    const csv = 'Id,Name,Phone,Avatar\n1,Ann,+12125550111,no.png\n2,Bob,+12125550112,\n3,Cid,+12125550112,';
    const { warnings } = await plan(csv, { skipBadRows: true });
    expect(warnings.map(({ line, problem }) => [line, problem])).toEqual([
      [
        4,
        '+12125550112 of "Cid" (customer_id "3") is also an address of "Bob" (customer_id "2"), who is found by it',
      ],
    ]);
  });

  it.each<[string, string, string, string]>([
    ['the default number', '+16465550190', '+16465550190', 'proxyAddresses.defaults.sms'],
    [
      'that of a rule, in another form',
      '(646) 555-0191',
      '+16465550191',
      'proxyAddresses.rules[0].proxyAddress',
    ],
  ])('has an address of your own, as %s', async (_title, cell, address, place) => {
    const routing = JSON.parse(String(sources['routing.private.json']));
    routing.defaultCountry = 'US';
    routing.proxyAddresses.rules = [{ channel: 'whatsapp', proxyAddress: '646 555 0191' }];
    const data = { ...sources, 'routing.private.json': JSON.stringify(routing) };
    const csv = `Id,Name,Phone\n5028,Own,${cell}\n5029,Ann,+12125550111\n1002,John Fox,${cell}`;
    const bad = {
      problem: `${address} is one of your own addresses (${place} in assets/routing.private.json)`,
      fix: "write the customer's own address, or leave the cell empty",
    };
    const badRows = [
      { line: 2, name: 'Own', ...bad },
      { line: 4, name: 'John Fox', ...bad },
    ];
    expect(await plan(csv, {}, data)).toMatchObject({ badRows, problems: [], text: undefined });
    const result = await plan(csv, { skipBadRows: true }, data);
    expect(result).toMatchObject({ badRows, problems: [], customers: [{ customer_id: '5029' }] });
    expect(written(result).map(({ customer_id: id }) => String(id))).toEqual(['1001', '1002', '5029']);
  });

  it('is about somebody who is in the file', async () => {
    const { missing } = await plan('Id,Name,Phone\n1001,María Gómez,12');
    expect(missing).toEqual([{ customer_id: '1002', name: 'John Fox' }]);
  });

  it('has the id of another row, but says something else', async () => {
    const { badRows, text } = await plan('Id,Name,Phone\n7,Ann,+12125550111\n7,Ben,+12125550112');
    expect(badRows).toEqual([
      {
        line: 3,
        name: 'Ben',
        problem: 'has the id "7" of line 2, but says something else',
        fix: 'merge the two rows',
      },
    ]);
    expect(text).toBeUndefined();
  });
});

describe('rows about the same people', () => {
  it('are imported once where they are the same', async () => {
    const result = await plan('Id,Name,Phone\n7,Ann,+12125550111\n7,Ann,+12125550111');
    expect(result.warnings).toMatchObject([
      { line: 3, problem: 'duplicates another row', fix: 'no action needed' },
    ]);
    expect(written(result)).toHaveLength(3);
  });

  it('may share a number, of which a warning tells', async () => {
    const result = await plan('Id,Name,Phone\n7,Ann,+12125550111\n8,Ben,+12125550111\n9,Cid,(212) 555-0101');
    expect(result.warnings.map(({ line, name, problem }) => [line, name, problem])).toEqual([
      [
        3,
        'Ben',
        expect.stringContaining('+12125550111 of "Ben" (customer_id "8") is also an address of "Ann"'),
      ],
      [4, 'Cid', expect.stringContaining('is also an address of "María Gómez"')],
    ]);
    expect(written(result)).toHaveLength(5);
  });

  it('are recognized by their address where the file has no ids, and new ones get an id', async () => {
    const result = await plan('Name,Phone,Owner\nJohn Fox,212-555-0102,Bob Brown\nAnn,+12125550111,');
    expect(result.customers).toMatchObject([
      {
        customer_id: '1002',
        kind: 'changed',
        changes: [{ field: 'worker', to: 'bob@example.com' }],
      },
      { customer_id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f-]{27}$/), name: 'Ann', kind: 'added' },
    ]);
    const data = { ...sources, 'customers.private.json': result.text };
    const again = await plan(
      'Name,Phone,Owner\nJohn Fox,212-555-0102,Bob Brown\nAnn,+12125550111,',
      {},
      data,
    );
    expect(again).toMatchObject({ customers: [], unchanged: 2 });
  });

  it('are told apart by their names where they share an address and have no ids', async () => {
    const csv = 'Name,Phone\nAnn,+12125550111\nBen,+12125550111';
    const result = await plan(csv);
    expect(
      written(result)
        .map(({ display_name: name }) => name)
        .slice(2),
    ).toEqual(['Ann', 'Ben']);
    const data = { ...sources, 'customers.private.json': result.text };
    expect(await plan(csv, {}, data)).toMatchObject({ customers: [], unchanged: 2, badRows: [] });
    const { badRows } = await plan('Name,Phone\nCid,+12125550111', {}, data);
    expect(badRows).toMatchObject([{ problem: 'its addresses belong to several customers: "Ann", "Ben"' }]);
  });
});

describe('a row that says little', () => {
  const warningsOf = async (csv: string) => {
    const { badRows, warnings } = await plan(csv);
    return [badRows, warnings.map(({ line, name, problem }) => [line, name, problem])];
  };

  it('is imported, with a warning, where it lacks the last cells: Excel leaves out empty ones', async () => {
    expect(await warningsOf('Id,Name,Phone,Plan,Fax\n1002,John Fox\n1003,Jane,+12125550103')).toEqual([
      [],
      [
        [2, 'John Fox', 'is missing its last 3 cells: they are read as empty'],
        [3, 'Jane', 'is missing its last 2 cells: they are read as empty'],
      ],
    ]);
  });

  it('is a bad one where a line break without quotation marks has made two of it', async () => {
    const [badRows, warnings] = await warningsOf('Id,Name,Phone\n1002,John\nFox,+12125550102');
    expect(badRows).toMatchObject([
      { line: 3, problem: expect.stringMatching(/^is missing its last cell and/) },
    ]);
    expect(warnings).toEqual([[2, 'John', 'is missing its last cell: it is read as empty']]);
  });

  it('adds a customer without an address, with a warning', async () => {
    expect(await warningsOf('Id,Name,Phone\n1003,Jane,')).toEqual([
      [],
      [[2, 'Jane', 'is a new customer without an address: nobody can write to them']],
    ]);
  });
});

describe('a number without a country code', () => {
  const people = [
    {
      customer_id: '1',
      display_name: 'Ana',
      country: 'MX',
      channels: [{ type: 'sms', value: '55 1234 5678' }],
    },
    {
      customer_id: '2',
      display_name: 'Ben',
      country: 'GB',
      channels: [{ type: 'sms', value: '07700 900112' }],
    },
    { customer_id: '3', display_name: 'Cid', channels: [{ type: 'sms', value: '(212) 555-0103' }] },
    { customer_id: '4', display_name: 'Dee', channels: [{ type: 'whatsapp', value: '+52 55 1234 5674' }] },
  ];
  const text = JSON.stringify({ defaultCountry: 'US', customers: people });
  const data = { ...sources, 'customers.private.json': text };
  const changesOf = async (csv: string, options = {}) => {
    const { badRows, customers } = await plan(csv, options, data);
    const changes = customers.map(({ customer_id: id, changes }) => [id, ...changes.map(({ to }) => to)]);
    return badRows.length > 0 ? badRows : changes;
  };

  it.each<[string, string, object, unknown[]]>([
    ['of the customer whom the id names', 'Id,Phone\n1,55 8765 4321', {}, [['1', '+525587654321']]],
    [
      'of that one, with another trunk prefix',
      'Id,Name,Phone\n2,,07700 900113',
      {},
      [['2', '+447700900113']],
    ],
    [
      'of the country of the first number on a card that has none',
      'Id,Phone\n4,55 8765 4324',
      {},
      [['4', '+525587654324']],
    ],
    ['of the row, if it has one', 'Id,Phone,Country\n3,07700 900116,UK', {}, [['3', 'GB', '+447700900116']]],
    [
      'of --country for new customers',
      'Id,Name,Phone\n9,New,07700 900119',
      { country: 'GB' },
      [['9', '+447700900119']],
    ],
    [
      'of the customer, whatever --country is',
      'Id,Phone\n1,55 8765 4321',
      { country: 'GB' },
      [['1', '+525587654321']],
    ],
  ])('is %s', async (_title, csv, options, expected) => {
    expect(await changesOf(csv, options)).toEqual(expected);
  });

  it.each([
    ['by the id', 'Id,Phone\n1,55 1234 5678\n2,07700 900112\n3,(212) 555-0103'],
    ['by the number', 'Name,Phone\nAna,55 1234 5678\nBen,07700-900112\nCid,212 555 0103'],
    ['by another of the addresses', 'Name,Phone,WhatsApp\nDee,,55 1234 5674'],
  ])('changes nothing where it is the one on the card of a customer who is found %s', async (_title, csv) => {
    expect(await changesOf(csv)).toEqual([]);
    expect(await changesOf(csv, { country: 'DE' })).toEqual([]);
  });

  it('is read anew where the row names another country', async () => {
    expect(await changesOf('Id,Phone,Country\n3,(212) 555-0103,UK')).toEqual([['3', 'GB', '+442125550103']]);
  });
});
