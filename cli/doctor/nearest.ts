/**
 * Finds what was probably meant by an identity with a typo.
 *
 * @returns the candidate that differs least; undefined if none is close
 */
export function findNearest(identity: string, candidates: readonly string[]): string | undefined {
  const normalize = (text: string): string => text.normalize('NFC').toLowerCase().replace(/\s+/g, '');
  const wanted = normalize(identity);
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    if (candidate === identity) continue;
    const distance = editDistance(wanted, normalize(candidate));
    if (distance <= wanted.length / 4 && (!best || distance < best.distance)) best = { candidate, distance };
  }
  return best?.candidate;
}

/** @returns how many characters have to be added, removed or replaced */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
