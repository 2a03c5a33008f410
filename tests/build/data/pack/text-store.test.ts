import fc from 'fast-check';
import { TextStore } from '../../../../build/data/pack/text-store';

describe('texts that are packed later', () => {
  it('are the same in memory and in a file', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat({ max: 40 }), (texts, size) => {
        const store = new TextStore(undefined, size);
        try {
          expect(texts.map((text) => store.add(text))).toEqual([...texts.keys()]);
          expect([store.count, store.total]).toEqual([texts.length, Buffer.byteLength(texts.join(''))]);
          expect([...texts.keys()].reverse().map((number) => store.get(number).toString())).toEqual(
            texts.toReversed(),
          );
        } finally {
          store.close();
        }
      }),
    );
  });

  it('name the folder that has no room for them', () => {
    const store = new TextStore('/no/such', 1);
    store.add('a');
    expect(() => store.add('b')).toThrow(
      /^the packed customers cannot be written to \/no\/such \(ENOENT: .*\): set TMPDIR to a folder with room$/,
    );
  });
});
