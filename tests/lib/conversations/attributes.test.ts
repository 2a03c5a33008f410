import fc from 'fast-check';
import { conversationAttributes } from '../../../lib/conversations/name';
import { participantAttributes, readCustomerId } from '../../../lib/conversations/participant';
import { customer } from '../../support/data';

const ada = customer({ avatar: 'https://example.com/ada.png' });
const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe("a conversation's attributes", () => {
  it.each([
    ['{"from":"campaign"}', '{"from":"campaign","avatar":"x"}'],
    [undefined, '{"avatar":"x"}'],
    [' ', '{"avatar":"x"}'],
    ['{ }', '{"avatar":"x"}'],
    ['{"avatar":"y"}', '{"avatar":"y"}'],
    ['{"avatar":null}', '{"avatar":"x"}'],
    ['{"avatar":" ","b":1}', '{"b":1,"avatar":"x"}'],
  ])('%j get an avatar where they have none: %s', (given, attributes) => {
    expect(conversationAttributes('x', given)).toBe(attributes);
  });

  it('do not change for a customer without an avatar', () => {
    expect(conversationAttributes(undefined, '{"a":1}')).toBe('{"a":1}');
    expect(conversationAttributes(undefined, undefined)).toBe('{}');
  });

  it.each(['{', '[]', '"text"', 'null', '5', ['{}', '{}'], { a: 1 }, null])(
    'do not change when they are not a JSON object: %j',
    (given) => {
      expect(conversationAttributes('x', given)).toBeUndefined();
    },
  );

  it.each([
    ['5,000 levels', deep(5_000), deep(5_000)],
    ['a large number', '{"order":12345678901234567890,"x":1.0}', '{"order":12345678901234567890,"x":1.0}'],
    ['repeated names', '{"a":1,"a":2}', '{"a":1,"a":2}'],
    ['strings like JSON', '{"a\\"}":"},{\\\\"}', '{"a\\"}":"},{\\\\"}'],
    ['__proto__', '{"__proto__":{"avatar":"y"}}', '{"__proto__":{"avatar":"y"}}'],
  ])('keep their spelling: %s', (_title, given, kept) => {
    expect(conversationAttributes('x', given)).toBe(`${kept.slice(0, -1)},"avatar":"x"}`);
  });

  it('stay within 16 KB, or do not change', () => {
    const given = (bytes: number): string => JSON.stringify({ x: 'x'.repeat(bytes - 8) });
    expect(conversationAttributes('x', given(16 * 1024 - 13))).toHaveLength(16 * 1024);
    expect(conversationAttributes('x', given(16 * 1024 - 12))).toBeUndefined();
    expect(conversationAttributes('x', deep(200_000))).toBeUndefined();
  });

  it('hold what was given and the avatar, in any spelling', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(objects, fc.constantFrom(0, 1, 4, '\t'), fc.webUrl(), (given, indent, avatar) => {
        const expected: unknown = JSON.parse(JSON.stringify({ ...given, avatar }));
        delete given.avatar;
        const text = conversationAttributes(avatar, JSON.stringify(given, null, indent));
        expect(JSON.parse(String(text))).toEqual(expected);
      }),
    );
  });
});

describe("a participant's customer_id", () => {
  it.each([
    ['{"customer_id":"7"}', '7'],
    ['{"customer_id":7}', '7'],
    // No card has these ids.
    ['{"customer_id":12345678901234567890}', '[12345678901234567000]'],
    ['{"customer_id":false}', '[false]'],
    ['{"customer_id":{}}', '[{}]'],
  ])('is read from %s: %s', (attributes, id) => {
    expect(readCustomerId(attributes)).toBe(id);
  });

  it.each(['{"customer_id":null}', '{"customer_id":""}', '{"customer_id":" "}', '{}', '[', ''])(
    'is missing in %s',
    (attributes) => {
      expect(readCustomerId(attributes)).toBeUndefined();
    },
  );
});

describe("a participant's attributes", () => {
  it("get the customer's id, name and avatar", () => {
    expect(participantAttributes(ada, '{}')).toEqual({
      do: 'write',
      attributes: '{"customer_id":"1","display_name":"Ada Lovelace","avatar":"https://example.com/ada.png"}',
      dropped: [],
    });
  });

  it.each([
    [
      '{"display_name":"Ada L.","role":"vip"}',
      '{"display_name":"Ada L.","role":"vip","customer_id":"1","avatar":"x"}',
    ],
    ['{"customer_id":null}', '{"customer_id":"1","display_name":"Ada Lovelace","avatar":"x"}'],
    ['{"customer_id":"","avatar":"y"}', '{"avatar":"y","customer_id":"1","display_name":"Ada Lovelace"}'],
    ['{"customer_id":1}', '{"customer_id":1,"display_name":"Ada Lovelace","avatar":"x"}'],
    ['{"display_name":null,"avatar":" "}', '{"customer_id":"1","display_name":"Ada Lovelace","avatar":"x"}'],
    [
      '{"customer_id":"1","order":12345678901234567890}',
      '{"customer_id":"1","order":12345678901234567890,"display_name":"Ada Lovelace","avatar":"x"}',
    ],
    [
      '{"customer_id":"2","customer_id":null}',
      '{"customer_id":"1","display_name":"Ada Lovelace","avatar":"x"}',
    ],
    [
      deep(1_000),
      `${deep(1_000).slice(0, -1)},"customer_id":"1","display_name":"Ada Lovelace","avatar":"x"}`,
    ],
  ])('keep what is there, and count null and blank as missing: %.60s', (current, attributes) => {
    expect(participantAttributes(customer({ avatar: 'x' }), current)).toEqual({
      do: 'write',
      attributes,
      dropped: [],
    });
  });

  it('do not change when they are complete, or are not an object', () => {
    const full = '{"customer_id":"1","display_name":"x","avatar":5}';
    expect(participantAttributes(ada, full)).toEqual({ do: 'nothing', why: 'complete', dropped: [] });
    expect(participantAttributes(ada, '[1]')).toEqual({ do: 'nothing', why: 'not_an_object', dropped: [] });
  });

  it('lose the avatar first, then the name, never the id', () => {
    const room = (bytes: number) => JSON.stringify({ x: 'x'.repeat(4096 - 8 - bytes) });
    expect(participantAttributes(ada, room(60))).toMatchObject({ do: 'write', dropped: ['avatar'] });
    expect(participantAttributes(ada, room(30))).toMatchObject({
      do: 'write',
      dropped: ['avatar', 'display_name'],
    });
    expect(participantAttributes(ada, room(5))).toMatchObject({ do: 'nothing', why: 'full' });
  });

  it('never grow over 4 KB, keep every value that was there, and do not change again', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(objects, fc.string(), fc.nat(4200), (present, name, padding) => {
        const current = JSON.stringify({ ...present, pad: 'ü'.repeat(padding / 2) });
        const decision = participantAttributes(customer({ ...ada, display_name: name || 'x' }), current);
        if (decision.do !== 'write') return;
        expect(Buffer.byteLength(decision.attributes)).toBeLessThanOrEqual(4096);
        const written = JSON.parse(decision.attributes) as Record<string, unknown>;
        expect(written).toMatchObject(JSON.parse(current) as object);
        expect(Object.hasOwn(written, 'customer_id')).toBe(true);
      }),
    );
  });
});
