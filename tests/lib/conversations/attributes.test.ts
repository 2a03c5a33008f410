import fc from 'fast-check';
import { describeConversation, describeParticipant } from '../../../lib/conversations/attributes';
import { customer } from '../../support/data';

const ada = customer({ avatar: 'https://example.com/ada.png' });

describe("a conversation's name and attributes", () => {
  it("are the customer's name and avatar", () => {
    expect(describeConversation('+12125550101', ada, '{"from":"campaign"}')).toEqual({
      friendly_name: 'Ada Lovelace',
      attributes: '{"avatar":"https://example.com/ada.png","from":"campaign"}',
    });
  });

  it('are the address and the given attributes for somebody unknown', () => {
    expect(describeConversation('whatsapp:+12125550101', undefined, '{"a":1}')).toEqual({
      friendly_name: 'whatsapp:+12125550101',
      attributes: '{"a":1}',
    });
    expect(describeConversation('+12125550101', undefined, undefined)).toEqual({
      friendly_name: '+12125550101',
      attributes: '{}',
    });
  });

  it('keep an avatar that is there already', () => {
    expect(describeConversation('+1', ada, '{"avatar":"x"}').attributes).toBe('{"avatar":"x"}');
  });

  it.each(['{', '[]', '"text"', 'null', '5'])('leave attributes alone that are no object: %s', (given) => {
    expect(describeConversation('+1', ada, given)).toEqual({ friendly_name: 'Ada Lovelace' });
  });

  it('stay within 256 characters and 16 KB', () => {
    const long = customer({ display_name: '🦊'.repeat(300), avatar: 'https://example.com' });
    const given = JSON.stringify({ x: 'x'.repeat(16 * 1024 - 10) });
    expect(describeConversation('+1', long, given)).toEqual({ friendly_name: '🦊'.repeat(256) });
  });
});

describe("a participant's attributes", () => {
  it("get the customer's id, name and avatar", () => {
    expect(describeParticipant(ada, '{}')).toEqual({
      do: 'write',
      attributes: '{"customer_id":"1","display_name":"Ada Lovelace","avatar":"https://example.com/ada.png"}',
      dropped: [],
    });
  });

  it('keep what is there, even where it differs', () => {
    expect(describeParticipant(ada, '{"display_name":"Ada L.","role":"vip"}')).toEqual({
      do: 'write',
      attributes:
        '{"display_name":"Ada L.","role":"vip","customer_id":"1","avatar":"https://example.com/ada.png"}',
      dropped: [],
    });
  });

  it('are left alone when nothing would change, or when they are no object', () => {
    const full = '{"customer_id":"9","display_name":"x","avatar":null}';
    expect(describeParticipant(ada, full)).toEqual({ do: 'nothing', why: 'unchanged' });
    expect(describeParticipant(ada, '[1]')).toEqual({ do: 'nothing', why: 'not_an_object' });
  });

  it('lose the avatar first, then the name, never the id', () => {
    const room = (bytes: number) => JSON.stringify({ x: 'x'.repeat(4096 - 8 - bytes) });
    expect(describeParticipant(ada, room(60))).toMatchObject({ do: 'write', dropped: ['avatar'] });
    expect(describeParticipant(ada, room(30))).toMatchObject({
      do: 'write',
      dropped: ['avatar', 'display_name'],
    });
    expect(describeParticipant(ada, room(5))).toEqual({ do: 'nothing', why: 'full' });
  });

  it('never grow over 4 KB, keep every value that was there, and settle at once', () => {
    const objects = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(objects, fc.string(), fc.nat(4200), (present, name, padding) => {
        const current = JSON.stringify({ ...present, pad: 'ü'.repeat(padding / 2) });
        const decision = describeParticipant(customer({ ...ada, display_name: name }), current);
        if (decision.do !== 'write') return;
        expect(Buffer.byteLength(decision.attributes)).toBeLessThanOrEqual(4096);
        const written = JSON.parse(decision.attributes) as Record<string, unknown>;
        expect(written).toMatchObject(JSON.parse(current) as object);
        expect(Object.hasOwn(written, 'customer_id')).toBe(true);
        const again = describeParticipant(customer({ ...ada, display_name: name }), decision.attributes);
        expect(again.do).toBe('nothing');
      }),
    );
  });
});
