/**
 * @param low where to begin
 * @param high the end, which is not looked at
 * @returns the first number from `low` on for which `is` holds, or else `high`; it holds for all after that
 */
export function firstWhere(low: number, high: number, is: (number: number) => boolean): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if (is(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}
