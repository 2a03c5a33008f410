/** The shortest key that `/flex/outbound-message` and `/maintenance/sweep` accept, in characters. */
export const leastKeyLength = 32;

/** The variables with the keys of these endpoints. */
export const keyVariables = ['OUTBOUND_API_KEY', 'SWEEP_API_KEY'] as const;

/** @returns why the endpoints would not accept a key; undefined when they do */
export function findKeyFault(key: string): 'unsendable' | 'short' | undefined {
  // The value of a header: the toolkit and HTTP would also take white space off at its ends.
  if (!/^[\x21-\x7e]*$/.test(key)) return 'unsendable';
  return key.length < leastKeyLength ? 'short' : undefined;
}
