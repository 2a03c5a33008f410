import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Ajv from 'ajv';
import fc from 'fast-check';
import {
  type AssetName,
  assetNames,
  compileData,
  formatProblems,
  type Sources,
} from '../../cli/data/compile';
import { normaliseAddress } from '../../cli/data/customers';
import { readPhone } from '../../cli/data/phone';
import { jsonSchemas } from '../../cli/schemas';
import type { CustomersAsset, Routing } from '../../lib/model';

const root = resolve(__dirname, '../..');
const sample = Object.fromEntries(
  assetNames.map((name) => [name, readFileSync(join(root, 'assets', name), 'utf8')]),
) as Record<AssetName, string>;

interface Editable {
  // biome-ignore lint/suspicious/noExplicitAny: the test spoils the data in ways that no type allows
  customers: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  routing: any;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  templates: any;
}

/** The sample with something spoiled. */
function spoil(change: (data: Editable) => void): Sources {
  const data: Editable = {
    customers: JSON.parse(sample['customers.private.json']),
    routing: JSON.parse(sample['routing.private.json']),
    templates: JSON.parse(sample['templates.private.json']),
  };
  change(data);
  return {
    'customers.private.json': JSON.stringify(data.customers),
    'routing.private.json': JSON.stringify(data.routing),
    'templates.private.json': JSON.stringify(data.templates),
  };
}

/** The problems as `file path: problem → cure`, with the file's first word. */
function problemsOf(sources: Sources): string[] {
  return compileData(sources).problems.map(
    ({ file, path, problem, cure }) => `${file.slice(7).split('.')[0]} ${path}: ${problem} → ${cure}`,
  );
}

function built<T>(sources: Sources, name: AssetName): T {
  return JSON.parse(compileData(sources).assets.get(name) ?? 'null') as T;
}

describe('the sample', () => {
  it('has no problem', () => {
    const { problems, counts } = compileData(sample);
    expect(problems).toEqual([]);
    expect(counts).toEqual({ customers: 20, workers: 4, templates: 10 });
  });

  it('is built with numbers in E.164, countries, and what the routing data assigns', () => {
    const { customers } = built<CustomersAsset>(sample, 'customers.private.json');
    const find = (id: string) => customers.find(({ customer_id }) => customer_id === id);
    expect(find('1001')).toEqual({
      customer_id: '1001',
      display_name: 'María Gómez',
      worker: 'alice@example.com',
      language: 'es',
      avatar: 'https://example.com/avatars/1001.png',
      country: 'US',
      channels: [
        { type: 'sms', value: '+12125550101' },
        { type: 'whatsapp', value: 'whatsapp:+12125550101' },
        { type: 'email', value: 'maria@example.com' },
      ],
      links: [{ type: 'CRM', value: 'https://example.com/crm/1001', display_name: 'Open in CRM' }],
      details: { title: 'Notes', content: 'Prefers mornings. Asks for María, not Mary.' },
      fields: { plan: 'Gold', first_name: 'María' },
    });
    expect(find('1012')).toMatchObject({
      country: 'GB',
      channels: [
        { type: 'sms', value: '+447700900112' },
        { type: 'whatsapp', value: 'whatsapp:+447700900112' },
      ],
    });
    expect(find('1018')).toMatchObject({
      worker: 'dave@example.com',
      assigned_workers: ['alice@example.com'],
    });
  });

  it('is built in the order of every list', () => {
    const { customers } = built<CustomersAsset>(sample, 'customers.private.json');
    expect(customers.slice(0, 4).map(({ display_name }) => display_name)).toEqual([
      'Amélie Dubois',
      'Bob Marsh',
      'Chidi Okafor',
      'Dana Levy',
    ]);
    const reversed = spoil((data) => data.customers.customers.reverse());
    expect(built(reversed, 'customers.private.json')).toEqual({ customers });
  });

  it('is built with every default filled in', () => {
    const sources = spoil(({ routing }) => {
      routing.routing = { pool: ['alice@example.com'] };
      delete routing.customerAccess;
    });
    expect(built<Routing>(sources, 'routing.private.json')).toMatchObject({
      customerAccess: 'all',
      proxyAddresses: {
        defaults: { sms: '+16465550190', whatsapp: 'whatsapp:+16465550190', chat: 'support' },
      },
      routing: {
        addresses: {},
        numbers: {},
        pool: ['alice@example.com'],
        respectAvailability: false,
        unavailableOwner: 'assign',
        nobodyAvailable: 'leave',
      },
    });
    expect(built<Routing>(sample, 'routing.private.json').routing).toMatchObject({
      addresses: { '+16465550177': 'bob@example.com' },
      numbers: { '+442079460190': ['carol@example.com'] },
    });
  });
});

describe('a problem is named with its place and its cure:', () => {
  it.each<[string, (data: Editable) => void, string[]]>([
    [
      'a duplicate id',
      ({ customers }) => {
        customers.customers[2].customer_id = 1001;
      },
      [
        'customers customers[2].customer_id: "1001" is the id of customers[0] too → give each customer an id of its own, or remove one of the two',
      ],
    ],
    [
      'one number on two customers, whatever the channel and the way it is written',
      ({ customers }) => {
        customers.customers[1].channels.push({ type: 'whatsapp', value: '+1.212.555.0103' });
      },
      [
        'customers customers[2].channels[0].value: +12125550103 is an address of customers[1] too → an address can belong to one customer only: remove it from one of the two',
        'customers customers[2].channels[1].value: whatsapp:+12125550103 is an address of customers[1] too → an address can belong to one customer only: remove it from one of the two',
      ],
    ],
    [
      'one channel twice on a customer',
      ({ customers }) => {
        customers.customers[1].channels.push({ type: 'sms', value: '+1 212 555 0102' });
      },
      [
        'customers customers[1].channels[1].value: sms +12125550102 is on this customer twice → remove one of the two',
      ],
    ],
    [
      'what is no number',
      ({ customers }) => {
        customers.customers[1].channels[0].value = '12';
      },
      [
        'customers customers[1].channels[0].value: "12" is no phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
      ],
    ],
    [
      'a national number without a country',
      ({ customers }) => {
        delete customers.defaultCountry;
        customers.customers.length = 2;
        customers.customers[0].channels = [];
        customers.customers[0].country = 'US';
      },
      [
        'customers customers[1].channels[0].value: "(212) 555-0102" is no phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
        'routing proxyAddresses.rules[0].customers[0]: there is no customer "1009" → correct or remove the customer_id',
        'routing routing.customers[0].customer_id: there is no customer "1018" → correct the customer_id, or remove the entry',
      ],
    ],
    [
      "a customer's worker who is not listed",
      ({ customers }) => {
        customers.customers[0].worker = 'alise@example.com';
      },
      [
        'customers customers[0].worker: "alise@example.com" is not among the workers of assets/routing.private.json → add the worker there, or correct the identity here',
      ],
    ],
    [
      'a worker in the routing data who is not listed',
      ({ routing }) => {
        routing.routing.pool[0] = 'eve';
        routing.routing.defaultWorker = 'eve';
        routing.routing.numbers[0].workers = ['eve'];
        routing.routing.customers[1].worker = 'eve';
        routing.proxyAddresses.rules[2].workers = ['eve'];
      },
      [
        'proxyAddresses.rules[2].workers[0]',
        'routing.customers[1].worker',
        'routing.numbers[0].workers[0]',
        'routing.pool[0]',
        'routing.defaultWorker',
      ].map(
        (path) =>
          `routing ${path}: "eve" is not among the "workers" → add the worker to "workers", or correct the identity`,
      ),
    ],
    [
      'a worker twice',
      ({ routing }) => {
        routing.workers.push({ identity: 'bob@example.com' });
        routing.routing.pool.push('alice@example.com');
      },
      [
        'routing workers[4].identity: is the same as workers[1] → remove one of the two',
        'routing routing.pool[3]: is the same as [0] → remove one of the two',
      ],
    ],
    [
      'a rule that an earlier one always shadows',
      ({ routing }) => {
        routing.proxyAddresses.rules.push(
          {
            channel: 'sms',
            workers: ['carol@example.com'],
            customers: ['1001'],
            proxyAddress: '+16465550191',
          },
          { channel: 'whatsapp', workers: ['carol@example.com'], proxyAddress: '+16465550191' },
          { channel: 'sms', countries: ['IE'], proxyAddress: '+16465550191' },
        );
      },
      [
        'routing proxyAddresses.rules[3]: can never match: rules[2] matches everything that it does → put it before that one, or remove it',
        'routing proxyAddresses.rules[5]: can never match: rules[1] matches everything that it does → put it before that one, or remove it',
      ],
    ],
    [
      'a proxy of another channel',
      ({ routing }) => {
        routing.proxyAddresses.defaults = {
          sms: 'whatsapp:+16465550190',
          chat: '(646) 555-0190',
          email: 'x',
        };
      },
      [
        'routing proxyAddresses.defaults.sms: "whatsapp:+16465550190" is no phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry": the channel is sms',
        'routing proxyAddresses.defaults.chat: "(646) 555-0190" is no chat identity → write the chat user\'s identity: the channel is chat',
        'routing proxyAddresses.defaults.email: "x" is no e-mail address → write it as name@example.com: the channel is email',
      ],
    ],
    [
      "a proxy that is a customer's address",
      ({ routing }) => {
        routing.proxyAddresses.defaults.sms = '(212) 555-0101';
      },
      [
        'routing proxyAddresses.defaults.sms: is the address of customers[0] too → write one of your own addresses here, or correct the customer',
      ],
    ],
    [
      'a country that there is not',
      ({ routing }) => {
        routing.proxyAddresses.rules[1].countries = ['XX', 'gb'];
      },
      [
        'routing proxyAddresses.rules[1].countries[1]: is no country code → write two capital letters (ISO 3166), e.g. "US"',
        'routing proxyAddresses.rules[1].countries[0]: "XX" is no country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
      ],
    ],
    [
      "a customer's country that there is not, once",
      ({ customers }) => {
        customers.customers[0].country = 'UK';
        customers.customers[1].country = 'us';
      },
      [
        'customers customers[0].country: "UK" is no country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
        'customers customers[1].country: is no country code → write two capital letters (ISO 3166), e.g. "US"',
      ],
    ],
    [
      'a default country that there is not, and not every number that is written in its form',
      ({ customers, routing }) => {
        customers.defaultCountry = 'XX';
        routing.defaultCountry = 5;
      },
      [
        'customers defaultCountry: "XX" is no country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
        'routing defaultCountry: must be text → write two capital letters, e.g. "US"',
      ],
    ],
    [
      'one e-mail address twice, in capitals or not',
      ({ customers }) => {
        customers.customers[0].channels.push({ type: 'email', value: 'MARIA@example.com' });
      },
      [
        'customers customers[0].channels[3].value: email MARIA@example.com is on this customer twice → remove one of the two',
      ],
    ],
    [
      'what is no e-mail address',
      ({ customers }) => {
        customers.customers[0].channels[2].value = 'maria at example.com';
      },
      [
        'customers customers[0].channels[2].value: "maria at example.com" is no e-mail address → write it as name@example.com',
      ],
    ],
    [
      'ids and fields whose digits JSON would change',
      ({ customers }) => {
        customers.customers[3].customer_id = 2 ** 60;
        customers.customers[3].fields.plan = 2 ** 60;
      },
      [
        'customers customers[3].customer_id: is a number that JSON does not keep digit by digit → write the id between quotation marks',
        'customers customers[3].fields.plan: is a number that JSON does not keep digit by digit → write it between quotation marks',
      ],
    ],
    [
      'a field whose name would be lost',
      ({ customers }) => {
        customers.customers[0].fields.constructor = 'Acme';
      },
      [
        'customers customers[0].fields.constructor: is a name with a meaning of its own in JavaScript → choose another name',
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
      'a number of the explicit entries that is too short, and does not pass for a chat identity',
      ({ routing }) => {
        routing.routing.customers[1].address = '(646) 555-01';
      },
      [
        'routing routing.customers[1].address: "(646) 555-01" is no address → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
      'a part of the routing data that is missing, and what is wrong with the others',
      ({ routing }) => {
        delete routing.proxyAddresses;
        routing.routing.pool.push('eve');
      },
      [
        'routing proxyAddresses: is missing → add "proxyAddresses"',
        'routing routing.pool[3]: "eve" is not among the "workers" → add the worker to "workers", or correct the identity',
      ],
    ],
    [
      'a card that is too long, whatever else is wrong',
      ({ customers }) => {
        customers.customers[4].details.content = 'x'.repeat(64 * 1024);
        customers.customers[0].avatar = 'x';
      },
      [
        'customers customers[0].avatar: is no https URL → give the full address of a picture, beginning with https://',
        'customers customers[4]: the card of customer "1005" has 65 KB; Frontline reads at most 64 KB → shorten its details or links',
      ],
    ],
    [
      'entries that cannot be told apart, or are for nobody',
      ({ routing }) => {
        routing.routing.customers.push(
          { address: '+1 305 555 0118', worker: 'bob@example.com' },
          { worker: 'bob@example.com' },
          { address: 'x y', customer_id: '1001', worker: 'bob@example.com' },
          { customer_id: '99', worker: 'bob@example.com' },
        );
      },
      [
        'routing routing.customers[2]: is for the same customer as [0] → remove one of the two',
        'routing routing.customers[3]: must have either "customer_id" or "address" → give exactly one of the two',
        'routing routing.customers[4]: must have either "customer_id" or "address" → give exactly one of the two',
        'routing routing.customers[5].customer_id: there is no customer "99" → correct the customer_id, or remove the entry',
      ],
    ],
    [
      'a Twilio number twice, or none',
      ({ routing }) => {
        routing.routing.numbers.push(
          { address: '+442079460190', workers: ['bob@example.com'] },
          { address: 'support', workers: ['bob@example.com'] },
        );
      },
      [
        'routing routing.numbers[1].address: +442079460190 has an entry already → put the workers of both into one entry',
        'routing routing.numbers[2].address: "support" is no phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
      'a last resort that is nobody',
      ({ routing }) => {
        delete routing.routing.defaultWorker;
      },
      [
        'routing routing.nobodyAvailable: is "assign", but there is nobody to assign to → add a "defaultWorker", or write "leave"',
      ],
    ],
    [
      'a template with an unknown placeholder',
      ({ templates }) => {
        templates.categories[0].templates[0].content = 'Dear {{Name}} {{customer.fields.age}} {{worker} {{}}';
      },
      [
        'templates categories[0].templates[0].content: {{Name}} is not known → use one of: customer.display_name, customer.customer_id, customer.language, customer.country, worker, worker.identity, customer.fields.NAME',
        'templates categories[0].templates[0].content: no customer has the field of {{customer.fields.age}} → give a customer "fields": { "age": … }, or correct it',
        'templates categories[0].templates[0].content: {{}} is not known → use one of: customer.display_name, customer.customer_id, customer.language, customer.country, worker, worker.identity, customer.fields.NAME',
        'templates categories[0].templates[0].content: has {{ or }} without the other → write placeholders as {{name}}',
      ],
    ],
    [
      'a default language that no template has',
      ({ templates }) => {
        templates.defaultLanguage = 'fr';
      },
      ['templates defaultLanguage: no template is in "fr" → add one, or name another language'],
    ],
    [
      'templates that Frontline could not read',
      ({ templates }) => {
        templates.categories[2].templates[2].content = 'x'.repeat(64 * 1024);
      },
      ['templates categories: have 66 KB; Frontline reads at most 64 KB → shorten or remove some templates'],
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
    [
      'an asset over 10 MB',
      ({ customers }) => {
        for (let i = 0; i < 200; i++) {
          customers.customers.push({
            customer_id: `big${i}`,
            display_name: `Big ${i}`,
            channels: [],
            details: { title: 'x', content: 'x'.repeat(60_000) },
          });
        }
      },
      [
        'customers : would be an asset of 12.0 MB; Twilio takes at most 10 MB → leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it',
      ],
    ],
    [
      'a slip of the pen',
      ({ customers, routing }) => {
        customers.customers[0].custmer_id = '1';
        routing.routing.whatever = 1;
        delete routing.routing.customers[1].worker;
      },
      [
        'customers customers[0].custmer_id: there is no field "custmer_id" here → did you mean "customer_id"?',
        'routing routing.customers[1].worker: is missing → add "worker"',
        'routing routing.whatever: there is no field "whatever" here → remove it; the fields are: on, customers, numbers, pool, defaultWorker, respectAvailability, unavailableOwner, nobodyAvailable',
      ],
    ],
    [
      'values of the wrong kind',
      ({ customers, routing, templates }) => {
        customers.customers[0].avatar = 'http://example.com/x.png';
        customers.customers[0].language = 'Spanish!';
        customers.customers[0].channels[0].type = 'fax';
        customers.customers[3] = null;
        routing.routing.respectAvailability = 'yes';
        templates.categories[0].templates[0].contentSid = 'HX1';
        templates.categories[0].display_name = ' ';
      },
      [
        'customers customers[0].avatar: is no https URL → give the full address of a picture, beginning with https://',
        'customers customers[0].language: is no language tag → write a BCP 47 tag, e.g. "en" or "es-MX"',
        'customers customers[0].channels[0].type: must be one of: sms, whatsapp, chat, email, messenger → choose sms or whatsapp or chat or email or messenger',
        'customers customers[3]: must be an object → write { … } with customer_id, display_name, worker, avatar, language, country, channels, links, details, fields',
        'routing routing.respectAvailability: must be true or false → write true or false, without quotation marks',
        'templates categories[0].display_name: is empty → fill it in or remove it',
        'templates categories[0].templates[0].contentSid: is no Content SID → write HX and 32 hexadecimal digits',
      ],
    ],
  ])('%s', (_title, change, expected) => {
    const problems = problemsOf(spoil(change));
    expect([...problems].sort()).toEqual([...expected].sort());
    expect(compileData(spoil(change)).assets.size).toBe(0);
  });

  it('JSON that cannot be read, with line and column', () => {
    expect(problemsOf({ ...sample, 'routing.private.json': '{\n  "workers": [}\n}' })).toEqual([
      'routing : is not JSON: Value Expected at line 2, column 15 → correct it there; an editor shows the place',
    ]);
  });

  it('JSON that cannot be read behind a byte order mark, at its own place', () => {
    expect(problemsOf({ ...sample, 'routing.private.json': '\uFEFF{\n  "workers": [}\n}' })).toEqual([
      'routing : is not JSON: Value Expected at line 2, column 15 → correct it there; an editor shows the place',
    ]);
    expect(
      problemsOf({ ...sample, 'routing.private.json': `\uFEFF${sample['routing.private.json']}` }),
    ).toEqual([]);
  });

  it.each(['[', '{"a":'])('JSON that opens %s without end', (open) => {
    expect(problemsOf({ ...sample, 'routing.private.json': open.repeat(100_000) })).toEqual([
      'routing : is not JSON: too many brackets are open at once → correct it there; an editor shows the place',
    ]);
  });

  it('a missing file', () => {
    expect(problemsOf({ ...sample, 'templates.private.json': undefined })).toEqual([
      'templates : is missing → create it: README.md shows the least it can hold',
    ]);
  });

  it('all at once, those that depend on what is good too', () => {
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

describe('the data', () => {
  it('may be anything at all without the check failing', () => {
    const json = fc.oneof(fc.json(), fc.string(), fc.constant(undefined));
    fc.assert(
      fc.property(json, json, json, (customers, routing, templates) => {
        const { problems, assets } = compileData({
          'customers.private.json': customers,
          'routing.private.json': routing,
          'templates.private.json': templates,
        });
        expect(problems.length > 0).toBe(assets.size === 0);
        expect(formatProblems(problems)).toContain('problem');
      }),
    );
  });

  it('may have any value in any place without the check failing', () => {
    const places: string[][] = [];
    const walk = (value: unknown, keys: string[]): void => {
      places.push(keys);
      if (typeof value !== 'object' || value === null) return;
      for (const [key, child] of Object.entries(value)) walk(child, [...keys, key]);
    };
    const parsed = Object.fromEntries(assetNames.map((name) => [name, JSON.parse(sample[name]) as unknown]));
    walk(parsed, []);
    const deep = places.filter((keys) => keys.length > 1);
    fc.assert(
      fc.property(fc.constantFrom(...deep), fc.jsonValue(), (keys, value) => {
        const copy = structuredClone(parsed);
        let parent = copy as Record<string, unknown>;
        for (const key of keys.slice(0, -1)) parent = parent[key] as Record<string, unknown>;
        parent[keys.at(-1) as string] = value;
        const sources = Object.fromEntries(assetNames.map((name) => [name, JSON.stringify(copy[name])]));
        expect(() => compileData(sources as Sources)).not.toThrow();
      }),
      { numRuns: 500 },
    );
  });

  it('is described by the JSON Schemas that editors pick up', () => {
    for (const [name, text] of jsonSchemas()) {
      expect(readFileSync(join(root, 'schemas', name), 'utf8')).toBe(text);
      const asset = sample[name.replace('.schema.json', '.private.json') as AssetName];
      expect(JSON.parse(asset)).toMatchObject({ $schema: `../schemas/${name}` });
    }
  });
});

describe('the JSON Schemas', () => {
  const validator = (name: AssetName) => {
    const text = jsonSchemas().get(name.replace('.private.json', '.schema.json')) ?? '';
    return new Ajv({ strict: true, allowUnionTypes: true }).compile(JSON.parse(text));
  };

  it('take the sample', () => {
    for (const name of assetNames) {
      const validate = validator(name);
      validate(JSON.parse(sample[name]));
      expect([name, validate.errors]).toEqual([name, null]);
    }
  });

  it('take ids and fields that are numbers, and refuse slips where the check does', () => {
    const validate = validator('customers.private.json');
    const customer = { customer_id: 7, display_name: 'Ann', channels: [], fields: { seats: 12 } };
    expect(validate({ customers: [customer] })).toBe(true);
    expect(validate({ customers: [{ ...customer, chanels: [] }] })).toBe(false);
    expect(validate({ customers: [{ ...customer, channels: [{ type: 'fax', value: '1' }] }] })).toBe(false);
    expect(validate({ customers: [{ ...customer, country: 'us' }] })).toBe(false);
  });
});

describe('what is wrong with Flex', () => {
  it('is named, each with its cure', () => {
    const sources = spoil(({ routing }) => {
      routing.flex = {
        roles: [],
        origins: ['*', 'https://flex.twilio.com/', 'http://example.com', 'http://localhost:3000'],
        workspaceSid: 'WS1',
        queueSid: 7,
        taskChannels: { fax: 'fax' },
        emailFromNam: 'Us',
      };
    });
    expect(problemsOf(sources)).toEqual([
      'routing flex.roles: is an empty list → name a role, or remove the list',
      'routing flex.origins[0]: would let every page in the world in → name the pages, e.g. "https://flex.twilio.com"',
      'routing flex.origins[1]: is no origin → write scheme and host alone, e.g. "https://flex.twilio.com"; http is for localhost alone',
      'routing flex.origins[2]: is no origin → write scheme and host alone, e.g. "https://flex.twilio.com"; http is for localhost alone',
      'routing flex.workspaceSid: is no SID that begins with WS → write WS and 32 hexadecimal digits',
      'routing flex.queueSid: must be text → write the SID that begins with WQ',
      'routing flex.taskChannels.fax: there is no field "fax" here → remove it; the fields are: sms, whatsapp, chat, email, messenger',
      'routing flex.emailFromNam: there is no field "emailFromNam" here → did you mean "emailFromName"?',
    ]);
  });

  it('is a role or an origin that stands there twice', () => {
    const sources = spoil(({ routing }) => {
      routing.flex = { roles: ['agent', 'agent'], origins: ['https://a.example', 'https://a.example'] };
    });
    expect(problemsOf(sources)).toEqual([
      'routing flex.roles[1]: is the same as [0] → remove one of the two',
      'routing flex.origins[1]: is the same as [0] → remove one of the two',
    ]);
  });

  it('is nothing where there is no Flex, and defaults are filled in', () => {
    const without = spoil(({ routing }) => {
      delete routing.flex;
    });
    expect(built<Routing>(without, 'routing.private.json').flex).toBeUndefined();
    const empty = spoil(({ routing }) => {
      routing.flex = {};
    });
    expect(built<Routing>(empty, 'routing.private.json').flex).toEqual({
      roles: ['agent', 'supervisor', 'admin'],
      origins: [],
      taskChannels: {},
    });
  });
});

describe('a phone number', () => {
  const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
  const american = fc
    .tuple(fc.constantFrom('212', '646', '415', '305'), digits(2))
    .map(([area, last]) => ({ area, rest: `01${last}` }));

  it('comes to the same E.164 in whatever way it is written', () => {
    fc.assert(
      fc.property(american, ({ area, rest }) => {
        const expected = `+1${area}555${rest}`;
        for (const written of [
          expected,
          `+1 ${area} 555 ${rest}`,
          `+1 (${area}) 555-${rest}`,
          `(${area}) 555-${rest}`,
          `${area}-555-${rest}`,
          `${area}.555.${rest}`,
          `1 ${area} 555 ${rest}`,
          ` ${area}555${rest} `,
        ]) {
          expect([written, readPhone(written, 'US')?.number]).toEqual([written, expected]);
        }
        expect(readPhone(expected, undefined)?.number).toBe(expected);
        expect(readPhone(expected, 'GB')?.number).toBe(expected);
      }),
    );
  });

  it('comes to the same E.164 with the trunk zero of its national form, and with a channel prefix', () => {
    fc.assert(
      fc.property(digits(3), (last) => {
        const expected = `+447700900${last}`;
        for (const written of [
          expected,
          `+44 7700 900${last}`,
          `+44 (0)7700 900 ${last}`,
          `07700 900${last}`,
          `(07700) 900-${last}`,
          `0044 7700 900${last}`,
        ]) {
          expect([written, readPhone(written, 'GB')]).toEqual([written, { number: expected, country: 'GB' }]);
          for (const prefix of ['', 'whatsapp:']) {
            const once = normaliseAddress(`${prefix}${written}`, 'whatsapp', 'GB');
            expect(once).toEqual({ value: `whatsapp:${expected}`, key: expected, country: 'GB' });
            expect(normaliseAddress(once?.value ?? '', 'whatsapp', 'GB')).toEqual(once);
          }
        }
      }),
    );
  });

  it('without an area has the country that the file is for, where that has its calling code', () => {
    expect(readPhone('+1 555 010 0123', 'CA')).toEqual({ number: '+15550100123', country: 'CA' });
    expect(readPhone('+1 555 010 0123', 'GB')).toEqual({ number: '+15550100123', country: undefined });
    expect(readPhone('+1 555 010 0123', undefined)).toEqual({ number: '+15550100123', country: undefined });
  });

  it('loses the leading zero of its national form', () => {
    expect(readPhone('07700 900112', 'GB')).toEqual({ number: '+447700900112', country: 'GB' });
    expect(readPhone('+44 (0)7700 900112', undefined)?.number).toBe('+447700900112');
  });

  it.each(['', '12', 'hello', '+1 212 555', '1-800-FLOWERS', '+12125550101 ext. 5', '+999 12345678'])(
    'is not %j',
    (text) => {
      expect(readPhone(text, 'US')).toBeUndefined();
    },
  );
});
