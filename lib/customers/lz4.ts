/** A match is at least this long: its length is written less this. */
export const minMatch = 4;

/**
 * Decompresses a block of LZ4, or its beginning.
 *
 * It is not left to zlib: a block of 2 KB takes longer to hand over than to decompress here, and in a new process the first
 * call of zlib takes a millisecond.
 *
 * @param window gets the text; what is before it is the dictionary, into which matches reach back
 * @param start where the text begins
 * @param end where it ends, or how much of it is wanted
 * @returns whether the text reaches there; bytes that are no LZ4 do no harm
 * @see https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function decompress(packed: Uint8Array, window: Uint8Array, start: number, end: number): boolean {
  let [at, to] = [0, start];
  while (at < packed.length && to < end) {
    const token = packed[at++] as number;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) literals += more = packed[at++] ?? 0;
    }
    for (const stop = Math.min(to + literals, end); to < stop; ) window[to++] = packed[at++] ?? 0;
    if (to === end || at >= packed.length) break;

    const offset = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8);
    at += 2;
    let length = token & 15;
    if (length === 15) {
      let more = 255;
      while (more === 255) length += more = packed[at++] ?? 0;
    }
    const stop = Math.min(to + length + minMatch, end);
    const from = to - offset;
    if (from < 0) return false;
    if (from + stop - to <= to) {
      window.copyWithin(to, from, from + stop - to);
      to = stop;
    } else {
      // A match that is longer than its offset repeats what it writes.
      while (to < stop) {
        window[to] = window[to - offset] as number;
        to++;
      }
    }
  }
  return to === end;
}
