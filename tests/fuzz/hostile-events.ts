import fc from 'fast-check';
import { type FixtureName, fixture } from '../support/fixtures';

/** What must never show in a log: all of it is in the events, in the data or in Twilio's answers. */
export const secrets = [
  '2125550101',
  '2125550102',
  '6465550190',
  'Gómez',
  'Gomez',
  'my-secret-text',
  'alice@example.com',
  'bob@example.com',
  'carol@example.com',
  'Gold plan',
  'Grace H.',
] as const;

/** A value of any JSON type; a field that came twice is an array. */
export const hostile: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '__proto__',
      'constructor',
      'toString',
      'CH../../x',
      `CH${'0'.repeat(31)}/../1`,
      'CH%2e%2e%2f',
      '\u0000',
      '\ud800',
      '\u2028',
      '👩‍👩‍👧',
      '$&',
      '$`{{customer.display_name}}',
      '{"a":',
      '{"__proto__":{"polluted":true}}',
      '[]',
      'null',
      "' OR 1=1 --",
      'x'.repeat(70_000),
      'whatsapp:',
      'whatsapp:+12125550101',
      '+16465550190',
      'whatsapp:whatsapp:+12125550101',
      'messenger:my-secret-text',
      '+12125550101,+12125550102',
      ' 12125550101',
      '+',
      '-1',
      '0',
      '1e99',
      '0x10',
      'NaN',
      'my-secret-text',
      'María Gómez',
      'bob@example.com',
    ),
  },
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 2 }),
  fc.array(fc.string(), { maxLength: 3 }),
  fc.constant(undefined),
);

const fieldNames = [
  'Location',
  'EventType',
  'Worker',
  'CustomerId',
  'ChannelType',
  'ChannelValue',
  'PageSize',
  'Anchor',
  'NextPageToken',
  'Query',
  'ConversationSid',
  'ConversationServiceSid',
  'ParticipantSid',
  'MessageSid',
  'Identity',
  'Attributes',
  'ChannelMetadata',
  'ChatServiceSid',
  'RetryCount',
  'MessagingBinding.Address',
  'MessagingBinding.ProxyAddress',
  'MessagingBinding.ProjectedAddress',
  'MessagingBinding.AuthorAddress',
  '__proto__',
  'constructor',
  'request',
];

/** Right, wrong, and right ones in the wrong place. */
const actionNames = [
  'GetProxyAddress',
  'GetCustomersList',
  'GetCustomerDetailsByCustomerId',
  'GetTemplatesByCustomerId',
  'getcustomerslist',
  'onConversationRoute',
  'onConversationAdd',
  'onParticipantAdded',
  'onconversationadd',
  'onMessageAdded',
  'hasOwnProperty',
];

/** Real events with some fields spoiled, dropped or renamed, and events that are nonsense altogether. */
export function hostileEvents(names: readonly FixtureName[]): fc.Arbitrary<Record<string, unknown>> {
  const real = fc.constantFrom(...names).map((name) => ({ ...fixture(name), MessageBody: 'my-secret-text' }));
  const change = fc.dictionary(fc.constantFrom(...fieldNames), hostile, { maxKeys: 3 });
  const spoiled = fc.tuple(real, change).map(([event, changes]) => ({ ...event, ...changes }));
  const misspelt = fc
    .tuple(real, fc.nat(), fc.constantFrom('lower', 'upper', 'drop', 'space'))
    .map(([event, index, how]) => misspell(event, index, how));
  const redirected = fc
    .tuple(real, fc.constantFrom('Location', 'EventType'), fc.constantFrom(...actionNames))
    .map(([event, field, name]) => ({ ...event, [field]: name }));
  return fc.oneof(
    { weight: 5, arbitrary: spoiled },
    { weight: 1, arbitrary: real },
    { weight: 1, arbitrary: misspelt },
    { weight: 1, arbitrary: redirected },
    { weight: 1, arbitrary: fc.dictionary(fc.oneof(fc.constantFrom(...fieldNames), fc.string()), hostile) },
  );
}

function misspell(event: Record<string, unknown>, index: number, how: string): Record<string, unknown> {
  const names = Object.keys(event);
  const wanted = names[index % names.length];
  const rename: Record<string, (name: string) => string> = {
    lower: (name) => name.toLowerCase(),
    upper: (name) => name.toUpperCase(),
    space: (name) => ` ${name}`,
  };
  return Object.fromEntries(
    Object.entries(event).flatMap(([name, value]) => {
      if (name !== wanted) return [[name, value]];
      const spell = rename[how];
      return spell ? [[spell(name), value]] : [];
    }),
  );
}
