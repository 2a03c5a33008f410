import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileData, type Sources } from '../../build/data/compile';
import type { Routing } from '../../lib/model';

const assets = join(__dirname, '../../assets');
const read = (name: string): string => readFileSync(join(assets, name), 'utf8');

/** The sample with other settings for Flex. */
function compile(flex: object): ReturnType<typeof compileData> {
  const routing = JSON.parse(read('routing.private.json')) as Record<string, unknown>;
  const sources: Sources = {
    'customers.private.json': read('customers.private.json'),
    'routing.private.json': JSON.stringify({ ...routing, flex }),
    'templates.private.json': read('templates.private.json'),
  };
  return compileData(sources);
}

const problemsOf = (flex: object): string[] =>
  compile(flex).problems.map(({ path, problem, fix }) => `${path}: ${problem} → ${fix}`);
const built = (flex: object): Routing['flex'] =>
  (JSON.parse(compile(flex).assets.get('routing.private.json') ?? '') as Routing).flex;

describe('the bounds of outbound starts in the routing data', () => {
  it('are built as they are written', () => {
    const bounds = { allowedCountries: ['US', 'JM'], knownCustomersOnly: true };
    expect(built(bounds)).toMatchObject(bounds);
  });

  it('leave a task channel to Twilio where the data says false', () => {
    expect(built({ taskChannels: { whatsapp: false, email: 'mail' } }).taskChannels).toEqual({
      sms: 'sms',
      chat: 'chat',
      email: 'mail',
      messenger: 'chat',
    });
  });

  it('leave a task channel to Twilio where the data says false', () => {
    expect(built({ taskChannels: { whatsapp: false, email: 'mail' } }).taskChannels).toEqual({
      sms: 'sms',
      chat: 'chat',
      email: 'mail',
      messenger: 'chat',
    });
  });

  it.each([
    [undefined, { agent: { most: 60, strict: false } }],
    [{}, { agent: { most: 60, strict: false } }],
    [{ agent: 60 }, { agent: { most: 60, strict: true } }],
    [{ agent: 'unlimited' }, {}],
    [{ server: 600 }, { agent: { most: 60, strict: false }, server: { most: 600, strict: true } }],
    [{ agent: 'unlimited', server: 'unlimited' }, {}],
  ])(
    'have the starts of an hour, which hold without Sync only where the data names them: %j',
    (source, limits) => {
      expect(built({ startsPerHour: source }).startsPerHour).toEqual(limits);
    },
  );

  it.each([
    [
      { allowedCountries: [] },
      'flex.allowedCountries: is an empty list → name a country, or remove the list',
    ],
    [
      { allowedCountries: ['us'] },
      'flex.allowedCountries[0]: is not a country code → write two capital letters (ISO 3166), e.g. "US"',
    ],
    [
      { allowedCountries: ['+1'] },
      'flex.allowedCountries[0]: is not a country code → write two capital letters (ISO 3166), e.g. "US"',
    ],
    [
      { allowedCountries: ['US', 'US'] },
      'flex.allowedCountries[1]: is the same as [0] → remove one of the two',
    ],
    [
      { taskAttributes: ['order id'] },
      'flex.taskAttributes[0]: is no name of an attribute → write up to 64 letters, digits and _, a letter first',
    ],
    ...['customerName', 'conversationSid', 'outbound_request'].map((name): [object, string] => [
      { taskAttributes: [name] },
      'flex.taskAttributes[0]: is kept by this service or by Flex → choose another name',
    ]),
    [
      { taskAttributes: ['orderId', 'orderId'] },
      'flex.taskAttributes[1]: is the same as [0] → remove one of the two',
    ],
    [
      { taskChannels: { whatsapp: true } },
      "flex.taskChannels.whatsapp: must be a name or false → write a task channel's unique name, or false",
    ],
    ...[0, -1, 1.5, '60', 'none', true].map((agent): [object, string] => [
      { startsPerHour: { agent } },
      'flex.startsPerHour.agent: must be a number from 1, or "unlimited" → write e.g. 60, without quotation marks',
    ]),
    [
      { startsPerHour: { agents: 60 } },
      'flex.startsPerHour.agents: there is no field "agents" here → did you mean "agent"?',
    ],
    [
      { knownCustomersOnly: 'yes' },
      'flex.knownCustomersOnly: must be true or false → write true or false, without quotation marks',
    ],
  ])('are checked: %j', (flex, problem) => {
    expect(problemsOf(flex)).toEqual([problem]);
  });
});

describe('customers to whom Flex may not write', () => {
  const warningsOf = (routing: object): string[] =>
    compile(routing).warnings.map(({ file, path, problem, fix }) => `${file} ${path}: ${problem} → ${fix}`);

  it.each([
    [
      { allowedCountries: ['GB'] },
      /lets Flex write only to GB, and \d+ customers have numbers in US → name all countries that Flex is to write to, e\.g\. \["GB","US"\]$/,
    ],
    [{ allowedCountries: ['US'] }, /lets Flex write only to US, and 4 customers have numbers in GB → /],
  ])('are counted in one warning: %j', (flex, warning) => {
    expect(warningsOf(flex)).toEqual([expect.stringMatching(warning)]);
    expect(warningsOf(flex)[0]).toMatch(/^assets\/routing\.private\.json flex\.allowedCountries: /);
  });

  it('are none where all countries are allowed, or our own numbers are in them', () => {
    expect(warningsOf({ allowedCountries: ['US', 'GB'] })).toEqual([]);
    expect(warningsOf({})).toEqual([]);
  });
});
