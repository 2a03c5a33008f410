import {
  conversationAnswer,
  findPeople as findPeopleOf,
  type Person,
  readProfileName,
} from '../../../lib/conversations/name';
import { onConversationAdd } from '../../../lib/events/conversations';
import { parseEvent } from '../../../lib/webhook/request';
import { customer } from '../../support/data';
import { type FixtureName, fixture } from '../../support/fixtures';

const ours = '+16465550190';
const cards = new Map([
  ['+12125550101', customer({ customer_id: 'ada', display_name: 'Ada' })],
  ['+12125550102', customer({ customer_id: 'bo', display_name: 'Bo', avatar: 'https://example.com/bo.png' })],
  ['+12125550112', customer({ customer_id: 'bo', display_name: 'Bo', avatar: 'https://example.com/bo.png' })],
]);

type Fields = Record<string, string | undefined>;
type PeopleToName = ReturnType<typeof findPeopleOf>;

/** Whom a conversation is named after whose event has these fields. */
function findPeople(fields: Fields, find: Parameters<typeof findPeopleOf>[2], own = [ours]): PeopleToName {
  return findPeopleOf(parseEvent(onConversationAdd, fields), own, find);
}

async function nameOf(event: Fields, own?: string[]): Promise<string | undefined> {
  const { people } = await findPeople(event, async ({ key }) => cards.get(key), own);
  return conversationAnswer(people, '{}').friendly_name;
}

const event = (name: FixtureName): Record<string, string> => fixture(name);
const group = (Address: string, AuthorAddress?: string): Fields => ({
  'MessagingBinding.Address': Address,
  'MessagingBinding.AuthorAddress': AuthorAddress,
});

describe("a new conversation's name", () => {
  it.each<[string, string | undefined, Fields]>([
    ['two people', 'Ada', event('on-conversation-add-inbound')],
    ['the real shape of a group', 'Ada, Bo', event('on-conversation-add-group-mms')],
    ['an unknown sender', '+12125550198, Bo', group(`+12125550102, ${ours}`, '+12125550198')],
    ['all unknown people', '+12125550198, +12125550199', group(`${ours},+12125550199`, '+12125550198')],
    ['a group with one unknown customer', '+12125550198', group(ours, '+12125550198')],
    ['a group with one known customer', 'Ada', group(ours, '+12125550101')],
    ['a list in square brackets', '+12125550198, Bo', group(`[+12125550102, ${ours}]`, '[+12125550198]')],
    ['a list with brackets around each', 'Ada, Bo', group(`[+12125550102],[${ours}]`, '+12125550101')],
    [
      'our number with other punctuation',
      'Ada, Bo',
      group('+12125550102, +1 (646) 555-0190', '+12125550101'),
    ],
    ['a customer with two numbers', 'Bo, Ada', group(`+12125550112, +12125550101, ${ours}`, '+12125550102')],
    [
      'the documented shape',
      'Ada, Bo',
      {
        ...group('+12125550102, +12125550101', '+12125550101'),
        'MessagingBinding.ProjectedAddress': '+16465550199',
      },
    ],
    [
      'two people, with brackets',
      '+12125550199',
      { ...group('[+12125550199]'), 'MessagingBinding.ProxyAddress': ours },
    ],
    ['an unlisted number of ours', 'Ada', group('+12125550102, +16465550199', '+12125550101')],
    [
      'an unlisted number of ours and unknown people',
      '+12125550198',
      group('+12125550197, +16465550199', '+12125550198'),
    ],
    ['an unlisted number of ours and the sender', '+12125550198', group('+16465550199', '+12125550198')],
    ['an unlisted number of ours without a sender', 'Bo', group('+12125550102, +16465550199')],
    ['two numbers either of which may be ours', undefined, group('+12125550198, +16465550199')],
    ['an empty list', undefined, group(' , ')],
  ])('from %s is %s', async (_title, name, fields) => {
    expect(await nameOf(fields)).toBe(name);
  });

  it('is cut at a whole name, and a single one at 256', () => {
    const people = (...names: string[]): Person[] =>
      names.map((display_name, index) => ({
        address: `+1555010${index}`,
        customer: customer({ customer_id: String(index), display_name }),
      }));
    const name = (...names: string[]): string | undefined =>
      conversationAnswer(people(...names), '{}').friendly_name;
    expect(name('a'.repeat(127), 'b'.repeat(127), 'c')).toBe(`${'a'.repeat(127)}, ${'b'.repeat(127)}`);
    expect(name('a'.repeat(200), 'b'.repeat(60), 'c')).toBe('a'.repeat(200));
    expect(name('a'.repeat(300), 'b')).toBe('a'.repeat(256));
    expect(name(`a${'🦊'.repeat(200)}`)).toBe(`a${'🦊'.repeat(127)}`);
  });

  it("comes with the first known person's avatar", async () => {
    const find = async (fields: Fields): Promise<object> =>
      conversationAnswer(
        (await findPeople(fields, async ({ key }) => cards.get(key))).people,
        '{"from":"web"}',
      );
    expect(await find(group(`+12125550102, ${ours}`, '+12125550198'))).toEqual({
      friendly_name: '+12125550198, Bo',
      attributes: '{"from":"web","avatar":"https://example.com/bo.png"}',
    });
    expect(await find(event('on-conversation-add-group-mms'))).toEqual({
      friendly_name: 'Ada, Bo',
      attributes: '{"from":"web"}',
    });
  });

  it('comes with a mark when our own number cannot be told apart', async () => {
    const unknown = async (fields: Fields): Promise<boolean> =>
      (await findPeople(fields, async () => undefined)).ourAddressUnknown;
    expect(await unknown(group('+12125550102, +16465550199', '+12125550101'))).toBe(true);
    expect(await unknown(event('on-conversation-add-group-mms'))).toBe(false);
    expect(await unknown(event('on-conversation-add-inbound'))).toBe(false);
  });
});

describe('a WhatsApp profile name', () => {
  const whatsapp = event('on-conversation-add-whatsapp');

  it('names an unknown customer, and no known one', async () => {
    expect(await nameOf(whatsapp)).toBe('Grace H.');
    expect(await nameOf({ ...whatsapp, ...group('whatsapp:+12125550101', 'whatsapp:+12125550101') })).toBe(
      'Ada',
    );
    const { ChannelMetadata: _, ...without } = whatsapp;
    expect(await nameOf(without)).toBe('whatsapp:+12125550199');
  });

  it('names only the sender in a group', async () => {
    const { ChannelMetadata } = whatsapp;
    const fields = { ...group(`+12125550197, ${ours}`, '+12125550198'), ChannelMetadata };
    expect(await nameOf(fields)).toBe('Grace H., +12125550197');
  });

  it.each([
    ['Grace', 'Grace'],
    ['  Grace \u0000\n Hopper\u2028 ', 'Grace Hopper'],
    ['\u202eecarG\u2066', 'ecarG'],
    ['👩‍👩‍👧 José', '👩‍👩‍👧 José'],
    ['\ud800', undefined],
    [' \u200b ', undefined],
    ['', undefined],
    ['x'.repeat(10_000), 'x'.repeat(100)],
    [`${'x'.repeat(99)}🦊`, 'x'.repeat(99)],
    [5, undefined],
    [null, undefined],
    [['Grace'], undefined],
  ])('%j is read as %j', (ProfileName, name) => {
    const metadata = { type: 'whatsapp', data: { context: { ProfileName } } };
    expect(readProfileName(JSON.stringify(metadata))).toBe(name);
  });

  it.each([
    undefined,
    '',
    '{',
    'null',
    '5',
    '[]',
    '{}',
    '{"data":null}',
    '{"data":{"context":[]}}',
    '{"data":{"context":"ProfileName"}}',
    '{"type":"messenger","data":{}}',
    `{"data":${'['.repeat(200_000)}${']'.repeat(200_000)}}`,
    ['{}', '{}'],
    { data: 5 },
  ])('is not found in another shape: %.60j', (metadata) => {
    expect(readProfileName(metadata)).toBeUndefined();
  });
});
