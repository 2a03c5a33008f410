import { compileData, formatProblems } from '../../../build/data/compile';
import { type Address, parseAddress } from '../../../lib/address';
import { AssetCustomers } from '../../../lib/customers/asset-customers';
import { customerDetailsAnswer } from '../../../lib/customers/cards';
import type { CustomersAsset, Routing } from '../../../lib/model';
import { built, type Editable, problemsOf, spoil } from './spoiled';

describe('a warning about the data', () => {
  const shared = (primary: Partial<Record<number, true>>) => (data: Editable) => {
    for (const [index, value] of ['+1 212 555 0102', 'whatsapp:+12125550102', '(212) 555-0102'].entries()) {
      data.customers.customers[index].channels = [
        { type: index === 1 ? 'whatsapp' : 'sms', value, ...(primary[index] && { primary: true }) },
      ];
    }
  };
  const fix =
    'write "primary": true beside it on the card that it should find, or remove it from one of the two';

  it('names an address that customers share, and the first in the file is looked up by it', () => {
    const sources = spoil(shared({}));
    expect(problemsOf(sources)).toEqual([]);
    expect(problemsOf(sources, 'warnings')).toEqual([
      `customers customers[1].channels[0].value: whatsapp:+12125550102 of "John Fox" (customer_id "1002") is also an address of "María Gómez" (customer_id "1001"), who is found by it → ${fix}`,
      `customers customers[2].channels[0].value: +12125550102 of "Joanna O'Neill" (customer_id "1003") is also an address of "María Gómez" (customer_id "1001"), who is found by it → ${fix}`,
    ]);
  });

  it.each([
    [undefined, ['routing flex.customerAccess']],
    ['own', []],
    ['all', []],
  ])(
    'is for customerAccess of Frontline that Flex does not have: flex.customerAccess %s',
    (customerAccess, expected) => {
      const sources = spoil(({ routing }) => {
        Object.assign(routing, { customerAccess: 'own', flex: { customerAccess } });
      });
      expect(problemsOf(sources, 'warnings').map((one) => one.split(':')[0])).toEqual(expected);
    },
  );

  it('names shared e-mail addresses and both spellings of a number', () => {
    const sources = spoil(({ customers, routing }) => {
      routing.flex.allowedCountries = ['US', 'GB', 'MX'];
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
        'customers customers[1].channels[0].value: whatsapp:+5215512345678 of "John Fox" (customer_id "1002") is also an address of "María Gómez" (customer_id "1001"), who is found by it',
        'customers customers[1].channels[1].value: Home@example.com of "John Fox" (customer_id "1002") is also an address of "María Gómez" (customer_id "1001"), who is found by it',
      ],
    ]);
  });

  it.each([
    [{}, '1001', 2],
    [{ 1: true }, '1002', 0],
    [{ 2: true }, '1003', 0],
  ] as const)(
    'is not given for a shared address with "primary": at %j, %s is looked up, and all keep their channel',
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

  it('names numbers of no numbering plan, wherever they stand', () => {
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

  it('is printed apart from the problems', () => {
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
