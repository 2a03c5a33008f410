import { crc32 } from 'node:zlib';
import { compareCustomers } from '../../../lib/customers/places';
import { customer } from '../../support/data';
import { type PackedFiles, pack } from '../../support/packed-customers';

/*
 * A reader by docs/packed-customers.md alone: it takes nothing of the layout from lib/customers/. Whoever changes the layout
 * has to change this, and then the page.
 */

type Hash = (key: string) => readonly [number, number];
type Card = { customer_id: string; channels: { value: string; key?: string }[]; links?: unknown[] };

const hashOfPage: Hash = (key) => {
  const mix = (h: number): number => {
    const first = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
    return (second ^ (second >>> 16)) >>> 0;
  };
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let i = 0; i < key.length; i++) {
    a = Math.imul(a ^ key.charCodeAt(i), 0x01000193);
    a ^= a >>> 13;
    b = Math.imul(b ^ key.charCodeAt(i), 0x5bd1e995);
    b ^= b >>> 15;
  }
  return [mix(a ^ Math.imul(b, 0x27d4eb2f)), mix(b ^ Math.imul(a, 0x165667b1))];
};

function unpack(packed: Buffer, dictionary: Buffer): Buffer {
  const text = [...dictionary];
  let at = 0;
  const lengthFrom = (start: number): number => {
    let length = start;
    for (let more = start === 15 ? 255 : 0; more === 255; length += more) more = packed.readUInt8(at++);
    return length;
  };
  while (at < packed.length) {
    const token = packed.readUInt8(at++);
    const literals = lengthFrom(token >> 4);
    text.push(...packed.subarray(at, at + literals));
    at += literals;
    if (at >= packed.length) break;
    const offset = packed.readUInt16LE(at);
    at += 2;
    for (let left = lengthFrom(token & 15) + 4; left > 0; left--) text.push(text.at(-offset) as number);
  }
  return Buffer.from(text.slice(dictionary.length));
}

class PageReader {
  readonly #set: PackedFiles;
  readonly #hash: Hash;
  readonly #dictionary: Buffer;

  constructor(set: PackedFiles, hash: Hash) {
    const { packed, checksum } = set.asset;
    expect(crc32(JSON.stringify(packed))).toBe(checksum);
    this.#set = set;
    this.#hash = hash;
    const { kind, raw } = this.#block(4);
    expect(kind).toBe(4);
    this.#dictionary = raw;
  }

  byId(id: string): Card | undefined {
    return this.#cards(`i${id}`).find(({ customer_id }) => customer_id === id);
  }

  byKey(key: string): Card | undefined {
    return this.#cards(`a${key}`).find(({ channels }) => channels.some((one) => one.key === key));
  }

  /** @returns the ids of a worker's customers: by the search texts, and by the cards */
  list(worker: string): [string, string | undefined][] {
    for (const reference of this.#references(`w${worker}`)) {
      const { kind, slots, raw } = this.#block(reference >>> 6);
      const end = 8 + slots * 8 + raw.readUInt32LE(0) * 8;
      if (kind !== 2 || raw.toString('utf8', end) !== JSON.stringify(worker)) continue;
      const addresses = [reference >>> 6];
      for (let at = 8 + slots * 8; at < end; at += 8) addresses.push(raw.readUInt32LE(at));
      return addresses.flatMap((address) => {
        const part = this.#block(address);
        return (JSON.parse(part.text().toString()) as [string][]).map(([id], slot) => {
          return [id, this.#card(part.raw.readUInt32LE(8 + slot * 8))?.customer_id];
        });
      });
    }
    return [];
  }

  #bytes(address: number, length?: number): Buffer {
    const { name } = this.#set.asset.packed.files[address >>> 20] as { name: string };
    const offset = (address % 2 ** 20) * 16;
    return this.#set.files.get(name)?.subarray(offset, length && offset + length) as Buffer;
  }

  #check(bytes: Buffer, address: number): void {
    const place = Buffer.alloc(4);
    place.writeUInt32LE(address);
    const seed = crc32(Buffer.from(this.#set.asset.packed.set, 'hex'));
    expect(crc32(Buffer.concat([place, bytes.subarray(4)]), seed)).toBe(bytes.readUInt32LE(0));
  }

  #block(address: number) {
    const from = this.#bytes(address);
    const [kind, slots] = [from.readUInt16LE(4), from.readUInt16LE(6)];
    const rawEnd = 20 + from.readUInt32LE(8);
    const end = rawEnd + from.readUInt32LE(12);
    this.#check(from.subarray(0, end), address);
    const text = (): Buffer => unpack(from.subarray(rawEnd, end), this.#dictionary);
    return { kind, slots, raw: from.subarray(20, rawEnd), text };
  }

  #references(key: string): number[] {
    const { start, blocks } = this.#set.asset.packed.table;
    const [high, low] = this.#hash(key);
    const found: number[] = [];
    for (let number = Math.floor((high * blocks) / 2 ** 32), overflows = 1; overflows === 1; number++) {
      // In these tests, the blocks do not go on in another file.
      const block = this.#bytes(start + number * 256, 4096);
      this.#check(block, start + number * 256);
      for (let at = 8; at < 8 + block.readUInt16LE(4) * 8; at += 8) {
        if (block.readUInt32LE(at) === low) found.push(block.readUInt32LE(at + 4));
      }
      overflows = block.readUInt16LE(6);
    }
    return found;
  }

  #cards(key: string): Card[] {
    return this.#references(key).flatMap((reference) => this.#card(reference) ?? []);
  }

  #card(reference: number): Card | undefined {
    const { kind, slots, raw, text } = this.#block(reference >>> 6);
    const slot = reference & 63;
    if (kind !== 1 || slot >= slots) return undefined;
    const start = slot === 0 ? 0 : raw.readUInt32LE(slot * 8 - 4);
    const card = JSON.parse(text().toString('utf8', start, raw.readUInt32LE(slot * 8 + 4))) as Card;
    for (const channel of card.channels) channel.key ??= channel.value.replace(/^[^:]*:/, '');
    return { ...card, links: card.links ?? [] };
  }
}

describe('a reader by the page on packed customers', () => {
  it.each<[string, number, Hash]>([
    ['by their hashes', 700, hashOfPage],
    ['in the blocks after the last home, where all hashes collide', 520, () => [2 ** 32 - 1, 7]],
  ])('finds customers and lists %s', (_title, count, hash) => {
    const customers = Array.from({ length: count }, (_, i) =>
      customer({
        customer_id: `C${i}`,
        display_name: `Åsa ${i}`,
        worker: i % 3 ? 'alice' : 'bøb',
        channels: [
          { type: 'whatsapp', value: i % 2 ? `whatsapp:+1212555${1_000 + i}` : 'whatsapp:+12125550101' },
          ...(i % 50 ? [] : [{ type: 'email', value: `A${i}@example.com` } as const]),
        ],
      }),
    ).sort(compareCustomers);
    const reader = new PageReader(pack(customers, hash === hashOfPage ? undefined : hash), hash);
    const asked = customers.filter((_, i) => i % 60 === 0);
    expect(asked.map(({ customer_id }) => reader.byId(customer_id))).toEqual(asked);
    expect(reader.byId('nobody')).toBeUndefined();
    const own = asked.map(({ channels: [{ key } = { key: '' }] }) => key);
    const owners = own.map((key) =>
      customers.find(({ channels }) => channels.some((one) => one.key === key)),
    );
    if (hash === hashOfPage) expect(own.map((key) => reader.byKey(key))).toEqual(owners);
    for (const worker of ['alice', 'bøb', 'nobody']) {
      const ids = customers.filter((one) => one.worker === worker).map(({ customer_id: id }) => [id, id]);
      expect(reader.list(worker)).toEqual(ids);
    }
  });
});
