import fc from 'fast-check';
import { Compressor } from '../../../build/data/pack/lz4';
import { decompress } from '../../../lib/customers/lz4';

/** @returns the text of this length; undefined when the block does not have it */
function read(packed: Uint8Array, dictionary: Uint8Array, length: number): Buffer | undefined {
  const window = Buffer.concat([dictionary, Buffer.alloc(length + 9, '?')]);
  const end = dictionary.length + length;
  const isRead = decompress(packed, window, dictionary.length, end);
  // Nothing before or behind it is written.
  expect(window.subarray(0, dictionary.length).equals(dictionary)).toBe(true);
  expect(window.subarray(end).toString()).toBe('?????????');
  return isRead ? window.subarray(dictionary.length, end) : undefined;
}

/** Few letters, so that much repeats. */
const text = fc
  .array(fc.oneof(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 40 }), fc.string()))
  .map((parts) => Buffer.from(parts.join('')));

describe('LZ4', () => {
  it('is read as the reference implementation writes it', () => {
    // LZ4_compress_default of liblz4 1.9.4
    const packed =
      '1f000100ff19fc0941646120686173202b31323132353535303130312c20426f1500cf322c20616e6420736f206f6e0a001250206f6e2e20';
    const written =
      '\0'.repeat(300) +
      'Ada has +12125550101, Bo has +12125550102, and so on and so on and so on and so on and so on. ';
    expect(read(Buffer.from(packed, 'hex'), Buffer.alloc(0), 394)?.toString()).toBe(written);
  });

  it('gives back every text, and every beginning of it, with any dictionary', () => {
    fc.assert(
      fc.property(text, fc.array(text), fc.nat(), (dictionary, texts, cut) => {
        const compressor = new Compressor(dictionary);
        for (const one of [...texts, Buffer.concat([...texts, dictionary, ...texts])]) {
          const packed = Buffer.from(compressor.compress(one));
          const length = cut % (one.length + 1);
          expect(read(packed, dictionary, one.length)?.toString()).toBe(one.toString());
          expect(read(packed, dictionary, length)?.equals(one.subarray(0, length))).toBe(true);
        }
      }),
    );
  });

  it('reaches back no farther than 64 KB', () => {
    const far = Buffer.concat([
      Buffer.from('something that repeats'),
      Buffer.alloc(70_000, '.'),
      Buffer.from('something that repeats, and more'),
    ]);
    const packed = new Compressor(Buffer.alloc(0)).compress(far);
    expect(read(packed, Buffer.alloc(0), far.length)?.equals(far)).toBe(true);
  });

  it('does no harm with bytes that are no LZ4', () => {
    fc.assert(
      fc.property(fc.uint8Array(), text, fc.nat({ max: 500 }), (bytes, dictionary, length) => {
        read(bytes, dictionary, length);
      }),
    );
  });
});
