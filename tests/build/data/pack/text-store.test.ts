import fc from 'fast-check';
import { TextStore } from '../../../../build/data/pack/text-store';

describe('texts that are packed later', () => {
  it('are the same in memory and in a file', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.nat({ max: 40 }), (texts, size) => {
        const store = new TextStore(size);
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
});
