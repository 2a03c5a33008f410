import { compileData } from '../../../build/data/compile';
import type { CustomersAsset, Routing } from '../../../lib/model';
import { built, problemsOf, sample, spoil } from './spoiled';

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
      routing.flex.allowedCountries = ['AR', 'BR', 'GB', 'MX', 'US'];
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
