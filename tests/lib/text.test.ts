import fc from 'fast-check';
import { fold } from '../../lib/text';

describe('folding', () => {
  it.each([
    ['José  Núñez', 'jose nunez'],
    ['Søren Kjær', 'soren kjaer'],
    ['Œuvre ŁÓDŹ Đorđe', 'oeuvre lodz dorde'],
    ['Þór Guðrún', 'thor gudrun'],
    ['Isık IŞIK İpek', 'isik isik ipek'],
    ['STRASSE Straße STRAẞE', 'strasse strasse strasse'],
    ['ΟΔΥΣΣΕΥΣ ὀδυσσεύς', 'οδυσσευσ οδυσσευσ'],
    ['O’Brien O‘Brien OʼBrien O´Brien O`Brien', "o'brien o'brien o'brien o'brien o'brien"],
    ['Jean‐Luc Jean–Luc', 'jean-luc jean-luc'],
    ['\u00a0Ａｄａ\t', 'ada'],
  ])('%j is %j', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('changes nothing that is folded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
