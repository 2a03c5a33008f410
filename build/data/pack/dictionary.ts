/** The most that a dictionary has, in bytes: each instance of a function reads it. */
const maxBytes = 16 * 1024;

/** A dictionary is at most this share of the texts: of small data, it would be a copy. */
const share = 1 / 16;

/** The most that one text gives to a dictionary. */
const sampleBytes = 1024;

/**
 * Chooses what the texts have in common: some of them, evenly spaced.
 *
 * @param count how many customers there are
 * @param total the length of their texts together, in bytes
 * @param textsOf returns the texts of a customer
 */
export function chooseDictionary(
  count: number,
  total: number,
  textsOf: (customer: number) => Buffer[],
): Buffer {
  const wanted = Math.min(maxBytes, Math.floor(total * share));
  const samples = Math.floor((wanted * count) / (total || 1));
  const parts: Buffer[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const customer = Math.floor(((sample + 0.5) * count) / samples);
    parts.push(...textsOf(customer).map((text) => text.subarray(0, sampleBytes)));
  }
  return Buffer.concat(parts).subarray(0, wanted);
}
