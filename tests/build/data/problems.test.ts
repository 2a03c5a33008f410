import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileData, formatProblems } from '../../../build/data/compile';
import { built, type Editable, edit, problemsOf, sample, spoil } from './spoiled';

interface Case {
  title: string;
  edits: string[];
  problems: string[];
}

/** The blocks of `problems.txt`; `\\u00a0` stands for a character that nobody sees. */
function* readCases(): Iterable<Case> {
  for (const block of readFileSync(join(__dirname, 'problems.txt'), 'utf8').trim().split('\n\n')) {
    const [title = '', ...lines] = block.split('\n');
    if (title.startsWith('#')) continue;
    const after = (mark: string): string[] =>
      lines.flatMap((line) => (line.startsWith(mark) ? [line.slice(mark.length)] : []));
    const showInvisible = (line: string): string =>
      line.replace(/\\u([0-9a-f]{4})/g, (_all, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      );
    yield { title, edits: after('  '), problems: after('! ').map(showInvisible) };
  }
}

function expectProblems(change: (data: Editable) => void, problems: string[]): void {
  const sources = spoil(change);
  expect([...problemsOf(sources)].sort()).toEqual([...problems].sort());
  expect(compileData(sources).assets.size).toBe(0);
}

describe('a problem in the data', () => {
  it.each([...readCases()])('is named, with its place and its fix: $title', ({ edits, problems }) => {
    expectProblems((data) => edits.forEach((line) => void edit(data, line)), problems);
  });

  it.each<[string, (data: Editable) => void, string[]]>([
    [
      'a template that no message can hold',
      ({ templates }) => {
        templates.categories[2].templates[0].content = 'x'.repeat(1_600);
        templates.categories[2].templates[1].content = `${'👍'.repeat(1_600)}{{worker}}`;
        templates.categories[2].templates[2].content = 'x'.repeat(1_601);
      },
      [
        'templates categories[2].templates[2].content: has 1,601 characters; a message has at most 1,600 → shorten it, or make two templates of it',
      ],
    ],
    [
      'a customer who cannot be read, and not those who refer to it',
      ({ customers, routing, templates }) => {
        for (const customer of customers.customers) delete customer.fields;
        customers.customers[8].display_name = 5;
        customers.customers[8].fields = { plan: 'Gold', first_name: null };
        customers.customers[17].channels = 'none';
        routing.proxyAddresses.rules[1].countries = 'GB';
        routing.workers[3] = { identiy: 'dave@example.com' };
        templates.categories[2].templates = {};
      },
      [
        'customers customers[8].display_name: must be text → write it between quotation marks',
        'customers customers[8].fields.first_name: must be text or a number → write it between quotation marks',
        'customers customers[17].channels: must be a list → write [ … ]',
        'routing workers[3].identiy: there is no field "identiy" here → did you mean "identity"?',
        'routing workers[3].identity: is missing → add "identity"',
        'routing proxyAddresses.rules[1].countries: must be a list → write [ … ]',
        'templates categories[2].templates: must be a list → write [ … ]',
      ],
    ],
    [
      'an avatar that is too long',
      ({ customers }) => {
        customers.customers[0].avatar = `https://example.com/${'x'.repeat(2_048)}`;
      },
      ['customers customers[0].avatar: is longer than 2,048 characters → use a shorter URL'],
    ],
    [
      'a card that is too long, whatever else is wrong',
      ({ customers }) => {
        customers.customers[4].details.content = 'x'.repeat(64 * 1024);
        customers.customers[0].avatar = 'x';
      },
      [
        'customers customers[0].avatar: is not an https or http URL → give the full address of a picture, beginning with https://',
        'customers customers[4]: the card of customer "1005" has 65 KB; Frontline reads at most 64 KB → shorten its details or links',
      ],
    ],
    [
      'routing that reaches nobody',
      ({ routing, customers }) => {
        routing.routing = {};
        for (const customer of customers.customers) delete customer.worker;
      },
      ['routing routing: inbound conversations would reach nobody → give it a "pool" or a "defaultWorker"'],
    ],
    [
      'templates that Frontline could not read',
      ({ templates }) => {
        templates.categories[2].templates.push(...Array(45).fill({ content: 'x'.repeat(1_500) }));
      },
      ['templates categories: have 68 KB; Frontline reads at most 64 KB → shorten or remove some templates'],
    ],
    [
      'a card that Frontline could not read',
      ({ customers }) => {
        customers.customers[0].details.content = 'x'.repeat(64 * 1024);
      },
      [
        'customers customers[0]: the card of customer "1001" has 65 KB; Frontline reads at most 64 KB → shorten its details or links',
      ],
    ],
  ])('is named, with its place and its fix: %s', (_title, change, problems) => {
    expectProblems(change, problems);
  });

  it('is named when the packed customers are larger than what there is room for', () => {
    const { problems, assets, packed } = compileData(sample, { packAbove: 1_000, maxPacked: 5_000 });
    expect(problems).toEqual([
      expect.objectContaining({
        file: 'assets/customers.private.json',
        problem: 'would be 0.0 MB of packed customers; there is room for 0.005 MB',
        fix: 'leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it',
      }),
    ]);
    expect([assets.size, packed.size]).toEqual([0, 0]);
  });

  it.each([
    'WhatsApp:(212) 555 0177',
    'SMS:+12125550177',
    'rcs:+12125550177',
    'Messenger:6',
    '+1 212 555 0177 x3',
    '\u202a+12125550177\u202c',
  ])('is a slip in a number, which is not taken for an identity: %j', (address) => {
    expectProblems(
      ({ routing }) => {
        routing.routing.customers[1].address = address;
      },
      [expect.stringContaining('routing routing.customers[1].address: ')],
    );
  });

  it.each<[string, Uint8Array | string, string]>([
    [
      'text in Latin-1',
      Buffer.from('{\n  "name": "Ren\u00e9"\n}', 'latin1'),
      'is not UTF-8: byte 0xE9 at line 2, column 15 (byte 16 of the file)',
    ],
    [
      'one wrong byte among right ones',
      Buffer.concat([Buffer.from('\uFEFF{"é\uFFFD👍": "'), Buffer.from([0xef, 0xbf, 0x22])]),
      'is not UTF-8: byte 0xEF at line 1, column 11 (byte 18 of the file)',
    ],
    [
      'an encoded surrogate',
      Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
      'is not UTF-8: byte 0xED at line 1, column 2 (byte 1 of the file)',
    ],
  ])('is a byte that is not UTF-8, with its place: %s', (_title, bytes, problem) => {
    expect(problemsOf({ ...sample, 'customers.private.json': bytes })).toEqual(
      expect.arrayContaining([
        `customers : ${problem} → save the file as UTF-8: most editors offer it in the status bar, or under "Save as", and check that its names are still correct`,
      ]),
    );
  });

  it.each([
    ['with its mark', Buffer.from('\uFEFF{}', 'utf16le')],
    ['with its mark, the other way round', Buffer.from('\uFEFF{}', 'utf16le').swap16()],
    ['without', Buffer.from('{}', 'utf16le')],
    ['without, the other way round', Buffer.from('{}', 'utf16le').swap16()],
  ])('is text in UTF-16, %s', (_title, bytes) => {
    expect(problemsOf({ ...sample, 'templates.private.json': bytes })).toEqual([
      'templates : is UTF-16, not UTF-8 → save the file as UTF-8: most editors offer it in the status bar, or under "Save as"',
    ]);
  });

  it('is not U+FFFD itself, nor a byte order mark', () => {
    const text = `\uFEFF${sample['customers.private.json'].replace('John Fox', 'John \uFFFD Føx 👍')}`;
    const sources = { ...sample, 'customers.private.json': Buffer.from(text) };
    expect(problemsOf(sources)).toEqual([]);
    expect(JSON.stringify(built(sources, 'customers.private.json'))).toContain('John \uFFFD Føx 👍');
  });

  it('is a key that is in an object twice, with its lines', () => {
    const text = sample['customers.private.json']
      .replace('"customer_id": "1002"', '"customer_id": "1",\n      "customer_id": "1002"')
      .replace('"plan": "Silver"', '"plan": "Silver", "plan": "Silver"');
    expect(problemsOf({ ...sample, 'customers.private.json': text })).toEqual([
      'customers customers[1].customer_id: appears twice, on line 42 and on line 43 → remove one of the two',
      'customers customers[1].fields.plan: appears twice, both on line 65 → remove one of the two',
    ]);
  });

  it('is JSON that cannot be read, with line and column', () => {
    expect(problemsOf({ ...sample, 'routing.private.json': '{\n  "workers": [}\n}' })).toEqual([
      'routing : is not valid JSON: value expected at line 2, column 15 → correct it there; an editor shows the place',
    ]);
  });

  it('is JSON that cannot be read after a byte order mark, at its own place', () => {
    expect(problemsOf({ ...sample, 'routing.private.json': '\uFEFF{\n  "workers": [}\n}' })).toEqual([
      'routing : is not valid JSON: value expected at line 2, column 15 → correct it there; an editor shows the place',
    ]);
    expect(
      problemsOf({ ...sample, 'routing.private.json': `\uFEFF${sample['routing.private.json']}` }),
    ).toEqual([]);
  });

  it.each(['[', '{"a":'])('is JSON that opens %s without end', (open) => {
    expect(problemsOf({ ...sample, 'routing.private.json': open.repeat(100_000) })).toEqual([
      'routing : is not valid JSON: brackets are nested too deeply → correct it there; an editor shows the place',
    ]);
  });

  it('is a missing file', () => {
    expect(problemsOf({ ...sample, 'templates.private.json': undefined })).toEqual([
      'templates : is missing → create it: docs/data.md shows the least it can hold',
    ]);
  });

  it('is named together with all others, also where it depends on valid data', () => {
    const problems = problemsOf(
      spoil(({ customers, routing, templates }) => {
        customers.customers[0].avatar = 'x';
        customers.customers[5].customer_id = '1005';
        customers.customers[6].worker = 'eve';
        routing.customerAccess = 'some';
        routing.routing.pool.push('eve');
        templates.categories[0].templates[0].content = '{{Name}}';
      }),
    );
    expect(problems.map((problem) => problem.split(': ')[0])).toEqual([
      'customers customers[0].avatar',
      'customers customers[5].customer_id',
      'customers customers[6].worker',
      'routing customerAccess',
      'routing routing.pool[3]',
      'templates categories[0].templates[0].content',
    ]);
  });
});

it('lists the first thousand, and counts all: a wrong setting can give one for each of many customers', () => {
  const customers = Array.from({ length: 150_000 }, (_, i) => ({
    customer_id: i,
    display_name: 'Ann',
    channels: [{ type: 'sms', value: '(212) 555-0101' }],
  }));
  const text = JSON.stringify({ customers });
  const { problems } = compileData({ ...sample, 'customers.private.json': text });
  const about = problems.filter(({ path }) => path.startsWith('customers['));
  expect(about).toHaveLength(150_000);
  const lines = formatProblems(problems).split('\n');
  expect(lines).toHaveLength(1 + 2 * 1_000 + 3);
  expect(lines.slice(-4)).toEqual([
    '    → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
    '…',
    '  all are listed by: npm run check -- --json',
    '150,003 problems',
  ]);
});
