import fc from 'fast-check';
import { rankPool } from '../../../lib/routing/plan';

const pool = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 });

describe('the pool', () => {
  it('ranks every worker once, the same for the same conversation in whatever order they are listed', () => {
    fc.assert(
      fc.property(pool, fc.string(), (workers, key) => {
        const ranking = rankPool(workers, key);
        expect([...ranking].sort()).toEqual([...workers].sort());
        expect(rankPool([...workers].reverse(), key)).toEqual(ranking);
      }),
    );
  });

  it('moves nobody but the conversations of a worker who leaves', () => {
    fc.assert(
      fc.property(pool, fc.nat(), fc.string(), (workers, pick, key) => {
        const leaver = workers[pick % workers.length] as string;
        const remaining = workers.filter((worker) => worker !== leaver);
        expect(rankPool(remaining, key)).toEqual(
          rankPool(workers, key).filter((worker) => worker !== leaver),
        );
      }),
    );
  });

  it('spreads conversations evenly', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.emailAddress(), { minLength: 2, maxLength: 8 }),
        fc.nat(),
        (workers, seed) => {
          const total = 400 * workers.length;
          const counts = new Map<string, number>();
          for (let i = 0; i < total; i++) {
            const [first] = rankPool(workers, `CH${seed}-${i}`);
            counts.set(String(first), (counts.get(String(first)) ?? 0) + 1);
          }
          // Six standard deviations around 400.
          for (const worker of workers) {
            expect(counts.get(worker)).toBeGreaterThan(280);
            expect(counts.get(worker)).toBeLessThan(520);
          }
        },
      ),
      { numRuns: 20 },
    );
  });
});
