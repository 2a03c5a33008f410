import fc from 'fast-check';
import { customers, exportAll, plan, sources } from '../support/csv-import';

describe('an export', () => {
  const rich = customers
    .replace('"John Fox"', '"=John; \\"Fox\\""')
    .replace(
      '"fields": { "plan": "Gold" }',
      '"language": "es", "country": "US", "avatar": "https://example.com/a.png",\n      "details": { "title": "Notes", "content": "-one\\ntwo, three" },\n      "fields": { "plan": "Gold", "n": 7 }',
    );
  const data = { ...sources, 'customers.private.json': rich };

  it('has a column for all that an import reads', async () => {
    expect(await exportAll(rich, ',')).toBe(
      [
        'customer_id,display_name,worker,language,country,avatar,sms,whatsapp,details.title,details.content,fields.plan,fields.n',
        '1001,María Gómez,alice@example.com,es,US,https://example.com/a.png,+12125550101,+12125550101,Notes,"\'-one\ntwo, three",Gold,7',
        '1002,"\'=John; ""Fox""",,,,,+12125550102,,,,,',
        '',
      ].join('\r\n'),
    );
  });

  it.each([',', ';', '\t'])('changes nothing when it is imported again, with %j', async (delimiter) => {
    const exported = await exportAll(rich, delimiter);
    expect(await plan(exported, {}, data)).toMatchObject({
      delimiter,
      customers: [],
      unchanged: 2,
      missing: [],
      warnings: [],
      text: rich,
    });
  });

  /** A customer with these texts; the name has to be one that the data may have. */
  const fileWith = (name: string, content: string, note: string, country: string | undefined): string =>
    JSON.stringify({
      defaultCountry: 'US',
      customers: [
        {
          customer_id: "'-7",
          display_name: `A${name}`,
          country,
          channels: [{ type: 'chat', value: "'=agent" }],
          details: { title: "'90s", content },
          fields: { note, 'two words': '(1)' },
        },
      ],
    });
  const again = async (file: string) =>
    plan(await exportAll(file, ','), {}, { ...sources, 'customers.private.json': file });

  it.each([
    ['a formula with an apostrophe', "'=1+1"],
    ['two apostrophes', "''=1+1"],
    ['an apostrophe before a digit', "'90s"],
    ['an apostrophe before a word', "'til noon"],
    ['a tab', '\tone'],
    ['an apostrophe and a tab', "'\tone"],
    ['a text as a formula', '="x"'],
    ['line ends of Windows', 'one\r\ntwo\rthree'],
    ['white space around', ' \u00a0one\n'],
    ['control characters', 'o\u0007ne'],
    ['a number', '-5'],
  ])('changes nothing where a text has %s', async (_title, text) => {
    const file = fileWith('nn', text, text, undefined);
    expect(await again(file)).toMatchObject({ customers: [], unchanged: 1, badRows: [], text: file });
  });

  it('changes nothing whatever the texts are', async () => {
    const text = fc.string({
      unit: fc.constantFrom(
        "'",
        '=',
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        '"',
        ',',
        ';',
        '(',
        '1',
        'a',
        ' ',
        '\u0001',
      ),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(text, text, text, async (name, content, note) => {
        const file = fileWith(name, content, note, 'US');
        expect(await again(file)).toMatchObject({ customers: [], unchanged: 1, text: file });
      }),
      { numRuns: 300 },
    );
  });

  it('changes nothing where the data writes a country or a language in another way', async () => {
    const file = fileWith('nn', '', '', 'us').replace('"country"', '"language":"en_US","country"');
    const { customers: changed } = await again(file);
    expect(changed).toEqual([]);
  });
});
