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
} from '../../build/data/compile';
import { normalizeAddress } from '../../build/data/customers';
import { decodeText } from '../../build/data/encoding';
import { jsonSchemas } from '../../build/data/json-schemas';
import { readPhone } from '../../build/data/phone';
import { type Address, parseAddress } from '../../lib/address';
import { AssetCustomers } from '../../lib/customers/asset-customers';
import { customerDetailsAnswer } from '../../lib/customers/cards';
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

/** The problems as `file path: problem → fix`, with the file's first word. */
function problemsOf(sources: Sources, severity: 'problems' | 'warnings' = 'problems'): string[] {
  return compileData(sources)[severity].map(
    ({ file, path, problem, fix }) => `${file.slice(7).split('.')[0]} ${path}: ${problem} → ${fix}`,
  );
}

function built<T>(sources: Sources, name: AssetName): T {
  return JSON.parse(compileData(sources).assets.get(name) ?? 'null') as T;
}

describe('the sample', () => {
  it('has no problem', () => {
    const { problems, warnings, counts } = compileData(sample);
    expect([problems, warnings]).toEqual([[], []]);
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
        { type: 'sms', value: '+12125550101', key: '+12125550101' },
        { type: 'whatsapp', value: 'whatsapp:+12125550101', key: '+12125550101' },
        { type: 'email', value: 'maria@example.com', key: 'maria@example.com' },
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
      customerAccess: 'own',
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

describe('a problem is named with its place and its fix:', () => {
  it.each<[string, (data: Editable) => void, string[]]>([
    [
      'a duplicate id',
      ({ customers }) => {
        customers.customers[2].customer_id = 1001;
      },
      [
        'customers customers[2].customer_id: "1001" is also the id of customers[0] → give each customer a unique id, or remove one of the two',
      ],
    ],
    [
      'one address that is primary on two customers',
      ({ customers }) => {
        customers.customers[1].channels.push({ type: 'whatsapp', value: '+1.212.555.0103', primary: true });
        customers.customers[2].channels[0].primary = true;
        customers.customers[2].channels[1].primary = true;
      },
      [
        'customers customers[2].channels[0].primary: +12125550103 is also primary for "John Fox" (customers[1]) → keep "primary": true on one of them',
      ],
    ],
    [
      'a number with an extension',
      ({ customers, routing }) => {
        customers.customers[1].channels[0].value = 'tel:+1-212-555-0102;ext=7';
        routing.proxyAddresses.defaults.sms = 'tel:+1-646-555-0190;ext=7';
      },
      [
        'customers customers[1].channels[0].value: "tel:+1-212-555-0102;ext=7" has an extension, which messages cannot reach → write a number without an extension',
        'routing proxyAddresses.defaults.sms: "tel:+1-646-555-0190;ext=7" has an extension, which messages cannot reach → write a number without an extension: the channel is sms',
      ],
    ],
    [
      "a short code that is a customer's, or on WhatsApp",
      ({ customers, routing }) => {
        customers.customers[1].channels[0].value = '24680';
        routing.proxyAddresses.defaults.whatsapp = '24680';
        routing.routing.customers[1].address = '24680';
      },
      [
        'customers customers[1].channels[0].value: "24680" is not a valid phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
        'routing proxyAddresses.defaults.whatsapp: "24680" is not a valid phone number for WhatsApp → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry": the channel is whatsapp',
        'routing routing.customers[1].address: "24680" is not a valid address → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
      ],
    ],
    ...[
      'WhatsApp:(212) 555 0177',
      'SMS:+12125550177',
      'rcs:+12125550177',
      'Messenger:6',
      '+1 212 555 0177 x3',
      '\u202a+12125550177\u202c',
    ].map((address): [string, (data: Editable) => void, string[]] => [
      `a slip in a number that must not pass for an identity: ${JSON.stringify(address)}`,
      ({ routing }) => {
        routing.routing.customers[1].address = address;
      },
      [expect.stringContaining('routing routing.customers[1].address: ')],
    ]),
    [
      'an identity with a blank that nobody sees, once',
      ({ customers, routing }) => {
        customers.customers[0].worker = 'alice@example.com ';
        customers.customers[1].channels.push({ type: 'chat', value: '\u00a0john' });
        routing.workers[1].identity = '\u00a0bob@example.com';
        routing.routing.pool[2] = 'dave@example.com\u200b';
        routing.proxyAddresses.defaults.chat = 'support\t';
        routing.routing.customers[1].address = 'chat:ann ';
      },
      [
        'customers customers[0].worker: "alice@example.com " begins or ends with white space → write "alice@example.com"',
        'customers customers[1].channels[1].value: "\u00a0john" begins or ends with white space → write "john"',
        'routing workers[1].identity: "\u00a0bob@example.com" begins or ends with white space → write "bob@example.com"',
        'routing routing.pool[2]: "dave@example.com\u200b" begins or ends with white space → write "dave@example.com"',
        'routing proxyAddresses.defaults.chat: "support\\t" begins or ends with white space → write "support"',
        'routing routing.customers[1].address: "chat:ann " begins or ends with white space → write "chat:ann"',
      ],
    ],
    [
      'a link or an avatar that would run a script, or leads nowhere',
      ({ customers }) => {
        customers.customers[0].links = [
          'javascript:alert(1)',
          ' JavaScript:alert(1)',
          'data:text/html,x',
          'example.com/crm',
          'http://example.com',
          'mailto:ann@example.com',
          'tel:+12125550101',
        ].map((value) => ({ type: 'CRM', value, display_name: 'Open' }));
        customers.customers[1].avatar = 'javascript:alert(1)';
        customers.customers[5].avatar = 'http://example.com/avatar.png';
      },
      [
        'customers customers[0].links[0].value: is a javascript: link → begin it with https://, http://, mailto: or tel:',
        'customers customers[0].links[1].value: is a javascript: link → begin it with https://, http://, mailto: or tel:',
        'customers customers[0].links[2].value: is a data: link → begin it with https://, http://, mailto: or tel:',
        'customers customers[0].links[3].value: "example.com/crm" is not a full URL → begin it with https://, http://, mailto: or tel:',
        'customers customers[1].avatar: is not an https or http URL → give the full address of a picture, beginning with https://',
      ],
    ],
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
      'respect for availability without Frontline, which nobody can ask',
      ({ routing }) => {
        routing.routing.on = 'onConversationAdded';
      },
      [
        'routing routing.respectAvailability: is true, but without Frontline ("on": "onConversationAdded") nobody can say who is available → write false, or route on "onConversationRoute"',
      ],
    ],
    [
      'routing without Frontline of what nobody can write to',
      ({ routing }) => {
        routing.routing.on = 'onConversationAdded';
        routing.routing.respectAvailability = false;
        routing.routing.numbers = [];
        routing.proxyAddresses = { defaults: { chat: 'support' } };
      },
      [
        'routing routing.on: is "onConversationAdded", which routes what is written to your own addresses, but the data names none → name them in "proxyAddresses" or in "routing.numbers"',
      ],
    ],
    [
      'a part that cannot be read, and not what it may have held',
      ({ routing }) => {
        routing.routing = { on: 'onConversationAdded', pool: ['alice@example.com'] };
        routing.proxyAddresses = 7;
      },
      ['routing proxyAddresses: must be an object → write { … } with rules, defaults'],
    ],
    [
      'one channel twice on a customer',
      ({ customers }) => {
        customers.customers[1].channels.push({ type: 'sms', value: '+1 212 555 0102' });
      },
      [
        'customers customers[1].channels[1].value: sms +12125550102 is listed twice for this customer → remove one of the two',
      ],
    ],
    [
      'what is no number',
      ({ customers }) => {
        customers.customers[1].channels[0].value = '12';
      },
      [
        'customers customers[1].channels[0].value: "12" is not a valid phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
        'customers customers[1].channels[0].value: "(212) 555-0102" is not a valid phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
        'routing proxyAddresses.defaults.sms: "whatsapp:+16465550190" is not a valid phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry": the channel is sms',
        'routing proxyAddresses.defaults.chat: "(646) 555-0190" is not a valid chat identity → write the chat user\'s identity: the channel is chat',
        'routing proxyAddresses.defaults.email: "x" is not a valid e-mail address → write it as name@example.com: the channel is email',
      ],
    ],
    [
      "a proxy that is a customer's address",
      ({ routing }) => {
        routing.proxyAddresses.defaults.sms = '(212) 555-0101';
      },
      [
        'routing proxyAddresses.defaults.sms: is also the address of customers[0] → write one of your own addresses here, or correct the customer',
      ],
    ],
    [
      'a country that there is not',
      ({ routing }) => {
        routing.proxyAddresses.rules[1].countries = ['XX', 'gb'];
      },
      [
        'routing proxyAddresses.rules[1].countries[1]: is not a country code → write two capital letters (ISO 3166), e.g. "US"',
        'routing proxyAddresses.rules[1].countries[0]: "XX" is not a country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
      ],
    ],
    [
      "a customer's country that there is not, once",
      ({ customers }) => {
        customers.customers[0].country = 'UK';
        customers.customers[1].country = 'us';
      },
      [
        'customers customers[0].country: "UK" is not a country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
        'customers customers[1].country: is not a country code → write two capital letters (ISO 3166), e.g. "US"',
      ],
    ],
    [
      'a default country that there is not, and not every number that is written in its form',
      ({ customers, routing }) => {
        customers.defaultCountry = 'XX';
        routing.defaultCountry = 5;
      },
      [
        'customers defaultCountry: "XX" is not a country → write its ISO 3166 code, e.g. "US" ("GB", not "UK")',
        'routing defaultCountry: must be text → write two capital letters, e.g. "US"',
      ],
    ],
    [
      'one e-mail address twice, in capitals or not',
      ({ customers }) => {
        customers.customers[0].channels.push({ type: 'email', value: 'MARIA@example.com' });
      },
      [
        'customers customers[0].channels[3].value: email MARIA@example.com is listed twice for this customer → remove one of the two',
      ],
    ],
    [
      'what is not a valid e-mail address',
      ({ customers }) => {
        customers.customers[0].channels[2].value = 'maria at example.com';
      },
      [
        'customers customers[0].channels[2].value: "maria at example.com" is not a valid e-mail address → write it as name@example.com',
      ],
    ],
    [
      'ids and fields whose digits JSON would change',
      ({ customers }) => {
        customers.customers[3].customer_id = 2 ** 60;
        customers.customers[3].fields.plan = 2 ** 60;
      },
      [
        'customers customers[3].customer_id: is a number that JSON cannot represent exactly → write the id between quotation marks',
        'customers customers[3].fields.plan: is a number that JSON cannot represent exactly → write it between quotation marks',
      ],
    ],
    [
      'a field whose name would be lost',
      ({ customers }) => {
        customers.customers[0].fields.constructor = 'Acme';
      },
      ['customers customers[0].fields.constructor: is a reserved name in JavaScript → choose another name'],
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
        'routing routing.customers[1].address: "(646) 555-01" is not a valid address → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
        'customers customers[0].avatar: is not an https or http URL → give the full address of a picture, beginning with https://',
        'customers customers[4]: the card of customer "1005" has 65 KB; Frontline reads at most 64 KB → shorten its details or links',
      ],
    ],
    [
      'entries that cannot be told apart, or are for nobody',
      ({ routing }) => {
        routing.routing.customers.push(
          { customer_id: '1018', worker: 'bob@example.com' },
          { worker: 'bob@example.com' },
          { address: 'whatsapp:+1 646 555 0177', worker: 'bob@example.com' },
          { address: 'tel:+1-646-555-0177', worker: 'alice@example.com' },
          { address: 'whatsapp:+16465550177', worker: 'bob@example.com' },
          { address: 'x y', customer_id: '1001', worker: 'bob@example.com' },
          { customer_id: '99', worker: 'bob@example.com' },
        );
      },
      [
        'routing routing.customers[2]: is for the same customer as [0] → remove one of the two',
        'routing routing.customers[3]: must have either "customer_id" or "address" → give exactly one of the two',
        'routing routing.customers[5]: is for the same address as [1] → remove one of the two',
        'routing routing.customers[6]: is for the same address as [4] → remove one of the two',
        'routing routing.customers[7]: must have either "customer_id" or "address" → give exactly one of the two',
        'routing routing.customers[8].customer_id: there is no customer "99" → correct the customer_id, or remove the entry',
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
        'routing routing.numbers[1].address: +442079460190 already has an entry → put the workers of both into one entry',
        'routing routing.numbers[2].address: "support" is not a valid phone number → write it with its country code, e.g. "+1 212 555 0101", or give the file a "defaultCountry"',
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
        'customers : would be an asset of 12.0 MB; Twilio accepts at most 10 MB → leave out what the callbacks do not need (details, links, avatars), or keep fewer customers in it',
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
        customers.customers[0].avatar = 'ftp://example.com/x.png';
        customers.customers[0].language = 'Spanish!';
        customers.customers[0].channels[0].type = 'fax';
        customers.customers[3] = null;
        routing.routing.respectAvailability = 'yes';
        templates.categories[0].templates[0].contentSid = 'HX1';
        templates.categories[0].display_name = ' ';
      },
      [
        'customers customers[0].avatar: is not an https or http URL → give the full address of a picture, beginning with https://',
        'customers customers[0].language: is not a language tag → write a BCP 47 tag, e.g. "en" or "es-MX"',
        'customers customers[0].channels[0].type: must be one of: sms, whatsapp, chat, email, messenger → choose sms or whatsapp or chat or email or messenger',
        'customers customers[3]: must be an object → write { … } with customer_id, display_name, worker, avatar, language, country, channels, links, details, fields',
        'routing routing.respectAvailability: must be true or false → write true or false, without quotation marks',
        'templates categories[0].display_name: is empty → fill it in or remove it',
        'templates categories[0].templates[0].contentSid: is not a Content SID → write HX and 32 hexadecimal digits',
      ],
    ],
  ])('%s', (_title, change, expected) => {
    const problems = problemsOf(spoil(change));
    expect([...problems].sort()).toEqual([...expected].sort());
    expect(compileData(spoil(change)).assets.size).toBe(0);
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
  ])('%s, with the place of the byte', (_title, bytes, problem) => {
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
  ])('text in UTF-16 %s', (_title, bytes) => {
    expect(problemsOf({ ...sample, 'templates.private.json': bytes })).toEqual([
      'templates : is UTF-16, not UTF-8 → save the file as UTF-8: most editors offer it in the status bar, or under "Save as"',
    ]);
  });

  it('no bytes that are UTF-8, with U+FFFD itself and a byte order mark too', () => {
    const text = `\uFEFF${sample['customers.private.json'].replace('John Fox', 'John \uFFFD Føx 👍')}`;
    const sources = { ...sample, 'customers.private.json': Buffer.from(text) };
    expect(problemsOf(sources)).toEqual([]);
    expect(JSON.stringify(built(sources, 'customers.private.json'))).toContain('John \uFFFD Føx 👍');
  });

  it('keys that are in an object twice, with their lines', () => {
    const text = sample['customers.private.json']
      .replace('"customer_id": "1002"', '"customer_id": "1",\n      "customer_id": "1002"')
      .replace('"plan": "Silver"', '"plan": "Silver", "plan": "Silver"');
    expect(problemsOf({ ...sample, 'customers.private.json': text })).toEqual([
      'customers customers[1].customer_id: appears twice, on line 42 and on line 43 → remove one of the two',
      'customers customers[1].fields.plan: appears twice, both on line 65 → remove one of the two',
    ]);
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
      'routing : is not JSON: brackets are nested too deeply → correct it there; an editor shows the place',
    ]);
  });

  it('a missing file', () => {
    expect(problemsOf({ ...sample, 'templates.private.json': undefined })).toEqual([
      'templates : is missing → create it: docs/data.md shows the least it can hold',
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

describe('what is doubtful is no problem, but is named with its place and its fix:', () => {
  const shared = (primary: Partial<Record<number, true>>) => (data: Editable) => {
    for (const [index, value] of ['+1 212 555 0102', 'whatsapp:+12125550102', '(212) 555-0102'].entries()) {
      data.customers.customers[index].channels = [
        { type: index === 1 ? 'whatsapp' : 'sms', value, ...(primary[index] && { primary: true }) },
      ];
    }
  };
  const fix =
    'write "primary": true beside it on the card that it should find, or remove it from one of the two';

  it('an address that customers share: the first in the file is looked up by it', () => {
    const sources = spoil(shared({}));
    expect(problemsOf(sources)).toEqual([]);
    expect(problemsOf(sources, 'warnings')).toEqual([
      `customers customers[1].channels[0].value: whatsapp:+12125550102 of "John Fox" (customers[1]) is also an address of "María Gómez" (customers[0]), who is found by it → ${fix}`,
      `customers customers[2].channels[0].value: +12125550102 of "Joanna O'Neill" (customers[2]) is also an address of "María Gómez" (customers[0]), who is found by it → ${fix}`,
    ]);
  });

  it.each([
    [undefined, ['routing flex.customerAccess']],
    ['own', []],
    ['all', []],
  ])("Flex's access beside Frontline's own: %s", (customerAccess, expected) => {
    const sources = spoil(({ routing }) => {
      Object.assign(routing, { customerAccess: 'own', flex: { customerAccess } });
    });
    expect(problemsOf(sources, 'warnings').map((one) => one.split(':')[0])).toEqual(expected);
  });

  it('e-mail addresses and both spellings of a number too', () => {
    const sources = spoil(({ customers }) => {
      customers.customers[0].channels = [
        { type: 'sms', value: '+52 55 1234 5678' },
        { type: 'email', value: 'home@example.com' },
      ];
      customers.customers[1].channels = [
        { type: 'whatsapp', value: '+52 1 55 1234 5678' },
        { type: 'email', value: 'Home@example.com' },
      ];
    });
    expect([problemsOf(sources), problemsOf(sources, 'warnings').map((one) => one.split(' → ')[0])]).toEqual([
      [],
      [
        'customers customers[1].channels[0].value: whatsapp:+5215512345678 of "John Fox" (customers[1]) is also an address of "María Gómez" (customers[0]), who is found by it',
        'customers customers[1].channels[1].value: Home@example.com of "John Fox" (customers[1]) is also an address of "María Gómez" (customers[0]), who is found by it',
      ],
    ]);
  });

  it.each([
    [{}, '1001', 2],
    [{ 1: true }, '1002', 0],
    [{ 2: true }, '1003', 0],
  ] as const)(
    'with "primary" at %j, %s is looked up, and all keep their channel',
    async (primary, id, warnings) => {
      const sources = spoil(shared(primary));
      expect(problemsOf(sources, 'warnings')).toHaveLength(warnings);
      const { customers } = built<CustomersAsset>(sources, 'customers.private.json');
      for (const text of ['+12125550102', 'whatsapp:+12125550102']) {
        const address = parseAddress(text) as Address;
        expect((await new AssetCustomers(customers).byAddress(address))?.customer_id).toBe(id);
      }
      const cards = ['1001', '1002', '1003'].map((one) => customers.find((card) => card.customer_id === one));
      expect(cards.map((card) => card?.channels)).toEqual([
        [{ type: 'sms', value: '+12125550102', key: '+12125550102' }],
        [{ type: 'whatsapp', value: 'whatsapp:+12125550102', key: '+12125550102' }],
        [{ type: 'sms', value: '+12125550102', key: '+12125550102' }],
      ]);
      expect(JSON.stringify(cards.map((card) => card && customerDetailsAnswer(card)))).not.toContain(
        'primary',
      );
    },
  );

  it('numbers that no numbering plan has, wherever they stand', () => {
    const sources = spoil(({ customers, routing }) => {
      customers.customers[1].channels[0].value = '+123456789';
      customers.customers[2].channels[0].value = '+999 123 45678';
      routing.proxyAddresses.defaults.whatsapp = 'whatsapp:+123456780';
      routing.routing.numbers[0].address = '+123456781';
      routing.routing.customers[1].address = 'whatsapp:+123456782';
    });
    expect([problemsOf(sources), problemsOf(sources, 'warnings')]).toEqual([
      [],
      [
        'customers customers[1].channels[0].value: "+123456789"',
        'customers customers[2].channels[0].value: "+999 123 45678"',
        'routing proxyAddresses.defaults.whatsapp: "whatsapp:+123456780"',
        'routing routing.customers[1].address: "whatsapp:+123456782"',
        'routing routing.numbers[0].address: "+123456781"',
      ].map(
        (one) =>
          `${one} is not in any numbering plan that this build knows → check its digits; if they are right, leave it as it is`,
      ),
    ]);
    expect(built<Routing>(sources, 'routing.private.json')).toMatchObject({
      proxyAddresses: { defaults: { whatsapp: 'whatsapp:+123456780' } },
      routing: {
        numbers: { '+123456781': ['carol@example.com'] },
        addresses: { 'whatsapp:+123456782': 'bob@example.com' },
      },
    });
    const { customers } = built<CustomersAsset>(sources, 'customers.private.json');
    expect(customers.find(({ customer_id }) => customer_id === '1002')?.channels[0]?.value).toBe(
      '+123456789',
    );
  });

  it('which is printed apart from the problems', () => {
    const { problems, warnings } = compileData(
      spoil(({ customers }) => {
        customers.customers[1].channels[0].value = '+123456789';
        customers.customers[2].worker = 'eve';
      }),
    );
    expect(formatProblems(problems)).toMatch(/^assets\/customers.*\n1 problem$/s);
    expect(formatProblems(warnings)).toMatch(/^Warnings:\nassets\/customers.*\n1 warning$/s);
  });
});

describe('the build', () => {
  it('writes numbers on WhatsApp as WhatsApp has them, and our own and those for SMS as they are', () => {
    const sources = spoil(({ customers, routing }) => {
      customers.customers[0].channels = [
        { type: 'sms', value: '+52 55 1234 5678' },
        { type: 'whatsapp', value: '+52 55 1234 5678' },
      ];
      customers.customers[1].channels = [
        { type: 'whatsapp', value: 'whatsapp:+541123456789' },
        { type: 'sms', value: '(+54) 9 11 2345-6789' },
      ];
      customers.customers[2].channels = [{ type: 'whatsapp', value: '(41) 8888-7777' }];
      customers.customers[2].country = 'BR';
      customers.customers[3].channels = [{ type: 'whatsapp', value: 'tel:+55-41-3265-4321' }];
      routing.proxyAddresses.defaults.whatsapp = 'whatsapp:+525512345670';
    });
    expect([problemsOf(sources), problemsOf(sources, 'warnings')]).toEqual([[], []]);
    const { customers } = built<CustomersAsset>(sources, 'customers.private.json');
    expect(
      ['1001', '1002', '1003', '1004'].map((id) =>
        customers.find(({ customer_id }) => customer_id === id)?.channels.map(({ value }) => value),
      ),
    ).toEqual([
      ['+525512345678', 'whatsapp:+5215512345678'],
      ['whatsapp:+5491123456789', '+5491123456789'],
      ['whatsapp:+5541988887777'],
      ['whatsapp:+554132654321'],
    ]);
    const routing = built<Routing>(sources, 'routing.private.json');
    expect(routing.proxyAddresses.defaults.whatsapp).toBe('whatsapp:+525512345670');
  });

  it('takes short codes for addresses of ours', () => {
    const sources = spoil(({ routing }) => {
      routing.proxyAddresses.defaults.sms = '24680';
      routing.proxyAddresses.rules[0].proxyAddress = 'sms:246800';
      routing.routing.numbers.push({ address: '24680', workers: ['bob@example.com'] });
    });
    expect([problemsOf(sources), problemsOf(sources, 'warnings')]).toEqual([[], []]);
    const { proxyAddresses, routing, ownAddresses } = built<Routing>(sources, 'routing.private.json');
    expect([proxyAddresses.defaults.sms, proxyAddresses.rules[0]?.proxyAddress]).toEqual(['24680', '246800']);
    expect(routing.numbers['24680']).toEqual(['bob@example.com']);
    expect(ownAddresses).toEqual(expect.arrayContaining(['24680', '246800']));
  });

  it('lets entries for a customer differ by channel, and gives the customer all their workers', () => {
    const sources = spoil(({ routing }) => {
      routing.routing.customers = [
        { address: 'whatsapp:+1 212 555 0101', worker: 'bob@example.com' },
        { address: '(212) 555-0101', worker: 'carol@example.com' },
        { address: 'sms:+12125550101', worker: 'bob@example.com' },
        { address: 'maria@example.com', worker: 'bob@example.com' },
        { customer_id: '1001', worker: 'dave@example.com' },
        { address: '+1 212 555 0102', worker: 'bob@example.com' },
        { address: 'whatsapp:+52 55 1234 5678', worker: 'bob@example.com' },
      ];
    });
    expect([problemsOf(sources), problemsOf(sources, 'warnings')]).toEqual([[], []]);
    expect(built<Routing>(sources, 'routing.private.json').routing.addresses).toEqual({
      'whatsapp:+12125550101': 'bob@example.com',
      '+12125550101': 'carol@example.com',
      'sms:+12125550101': 'bob@example.com',
      'maria@example.com': 'bob@example.com',
      '+12125550102': 'bob@example.com',
      'whatsapp:+525512345678': 'bob@example.com',
    });
    const { customers } = built<CustomersAsset>(sources, 'customers.private.json');
    const assigned = (id: string) =>
      customers.find(({ customer_id }) => customer_id === id)?.assigned_workers;
    expect([assigned('1001'), assigned('1002'), assigned('1018')]).toEqual([
      ['dave@example.com', 'bob@example.com', 'carol@example.com'],
      ['bob@example.com'],
      undefined,
    ]);
  });

  it('takes null for an optional field as if it were left out', () => {
    const optional = {
      customers: ['worker', 'avatar', 'language', 'country', 'links', 'details', 'fields'],
      routing: ['customerAccess', 'conversationServiceSid', 'flex', 'defaultCountry', '$schema'],
    };
    const change = (drop: boolean) =>
      spoil(({ customers, routing, templates }) => {
        const clear = (parent: Record<string, unknown>, keys: string[]) => {
          for (const key of keys) {
            if (drop) delete parent[key];
            else parent[key] = null;
          }
        };
        clear(customers.customers[4], optional.customers);
        clear(customers.customers[4].channels[0], ['display_name', 'primary']);
        routing.routing.numbers[0].address = '+442079460190';
        for (const rule of routing.proxyAddresses.rules) rule.proxyAddress = '+442079460190';
        routing.proxyAddresses.defaults = { sms: '+442079460190' };
        routing.routing.customers[1].address = '+16465550177';
        clear(routing, optional.routing);
        clear(routing.proxyAddresses.defaults, ['chat']);
        clear(routing.proxyAddresses.rules[0], ['workers', 'countries']);
        clear(routing.routing, ['on', 'respectAvailability', 'nobodyAvailable']);
        clear(templates.categories[0].templates[2], ['language', 'contentSid', 'whatsAppApproved']);
      });
    const [withNull, without] = [change(false), change(true)];
    expect(problemsOf(withNull)).toEqual([]);
    expect(compileData(withNull)).toEqual(compileData(without));
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

  it('is read from its bytes where they are UTF-8, and only there', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.array(
        fc.constantFrom(0x22, 0xc3, 0xa9, 0xef, 0xbf, 0xbd, 0xbb, 0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x91, 0x8d),
      ),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const file = Uint8Array.from([0x22, 0x22, ...given]);
        const decoded = decodeText(file);
        let expected: string | undefined;
        try {
          expected = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(file);
        } catch {
          const [, offset] = /\(byte (\d+) of/.exec('problem' in decoded ? decoded.problem : '') ?? [];
          const before = file.subarray(0, Number(offset));
          expect(() => new TextDecoder('utf-8', { fatal: true }).decode(before)).not.toThrow();
        }
        expect('text' in decoded ? decoded.text : undefined).toBe(expected);
      }),
      { numRuns: 2_000 },
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
    expect(validate({ customers: [{ ...customer, country: null, links: null, fields: null }] })).toBe(true);
    expect(validate({ customers: [{ ...customer, display_name: null }] })).toBe(false);
  });
});

describe('what is wrong with Flex', () => {
  it('is named, each with its fix', () => {
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
      'routing flex.origins[0]: would allow every page on the web → list the origins, e.g. "https://flex.twilio.com"',
      'routing flex.origins[1]: is not an origin → write only scheme and host, e.g. "https://flex.twilio.com"; http is for localhost only',
      'routing flex.origins[2]: is not an origin → write only scheme and host, e.g. "https://flex.twilio.com"; http is for localhost only',
      'routing flex.workspaceSid: is not a SID that begins with WS → write WS and 32 hexadecimal digits',
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

  it.each([
    ['without it', undefined, {}],
    ['where it says nothing', {}, {}],
    ['beside what it says', { taskChannels: { email: 'mail' } }, { email: 'mail' }],
  ])('has every default filled in %s', (_title, flex, taskChannels) => {
    const sources = spoil(({ routing }) => {
      routing.flex = flex;
    });
    expect(built<Routing>(sources, 'routing.private.json').flex).toEqual({
      roles: ['agent', 'supervisor', 'admin'],
      origins: [],
      taskChannels: {
        sms: 'sms',
        whatsapp: 'chat',
        chat: 'chat',
        email: 'email',
        messenger: 'chat',
        ...taskChannels,
      },
      customerAccess: 'all',
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
          expect([written, readPhone(written, 'GB')]).toEqual([
            written,
            { number: expected, country: 'GB', isKnown: true },
          ]);
          for (const prefix of ['', 'whatsapp:']) {
            const once = normalizeAddress(`${prefix}${written}`, 'whatsapp', 'GB');
            expect(once).toMatchObject({ value: `whatsapp:${expected}`, key: expected, country: 'GB' });
            expect(normalizeAddress(once?.value ?? '', 'whatsapp', 'GB')).toEqual(once);
          }
        }
      }),
    );
  });

  it('without an area has the country that the file is for, where that has its calling code', () => {
    for (const [given, country] of [
      ['CA', 'CA'],
      ['GB', undefined],
      [undefined, undefined],
    ] as const) {
      expect(readPhone('+1 555 010 0123', given)).toEqual({ number: '+15550100123', country, isKnown: true });
    }
  });

  it('loses the leading zero of its national form', () => {
    expect(readPhone('07700 900112', 'GB')).toMatchObject({ number: '+447700900112', country: 'GB' });
    expect(readPhone('+44 (0)7700 900112', undefined)?.number).toBe('+447700900112');
  });

  it.each([
    ['(+1) 212 555-0101', undefined, '+12125550101'],
    ['(+44) (0)20 7946 0190', undefined, '+442079460190'],
    ['tel:+1-212-555-0101', undefined, '+12125550101'],
    ['tel:212-555-0101', 'US', '+12125550101'],
    ['+52 1 55 1234 5678', undefined, '+5215512345678'],
    ['55 1234 5678', 'MX', '+525512345678'],
    ['011 15 2345-6789', 'AR', '+5491123456789'],
    ['0 41 98888-7777', 'BR', '+5541988887777'],
  ])('is read from %s', (text, country, number) => {
    expect(readPhone(text, country)).toMatchObject({ number, isKnown: true });
  });

  it.each([
    ['+123456789', '+123456789'],
    ['+999 12345678', '+99912345678'],
    ['+1 212 555', '+1212555'],
    ['(+1) 212 555 01010', '+121255501010'],
    ['+52 2 55 1234 5678', '+5225512345678'],
  ])('need only have the shape of E.164: %s', (text, number) => {
    expect(readPhone(text, 'US')).toMatchObject({ number, isKnown: false });
  });

  it.each([
    '',
    '12',
    'hello',
    '(212) 555',
    '1-800-FLOWERS',
    '+12125550101 ext. 5',
    'tel:+12125550101;ext=5',
    '+123456',
    '+0123456789',
    '+1234567890123456',
  ])('is not %j', (text) => {
    expect(readPhone(text, 'US')).toBeUndefined();
  });
});
