import metadata from 'libphonenumber-js/max/metadata';

/** Where the metadata keeps the kinds of numbers whose holder earns, or whose price nobody can tell in advance. */
const kinds = { premiumRate: 3, personal: 4, sharedCost: 9 };

interface Ranges {
  longest: number;
  patterns: Set<string>;
}

/** @returns by calling code: a longer number of one country may be a premium-rate number of its neighbor's */
function compilePremiumRanges(): Map<string, Ranges> {
  const byCode = new Map<string, Ranges>();
  for (const country of Object.values(metadata.countries) as unknown as unknown[][]) {
    const [callingCode, , , lengths, types] = [...country.slice(0, 4), country[11]] as [
      string,
      unknown,
      unknown,
      number[],
      [string?][] | undefined,
    ];
    const found = Object.values(kinds).flatMap((kind) => alternatives(types?.[kind]?.[0] ?? ''));
    const known = byCode.get(callingCode) ?? { longest: 0, patterns: new Set() };
    for (const pattern of found) known.patterns.add(pattern);
    byCode.set(callingCode, { ...known, longest: Math.max(known.longest, ...lengths) });
  }
  return byCode;
}

/** Takes a pattern apart at the bars that stand in no group. */
function alternatives(pattern: string): string[] {
  const found = [''];
  let depth = 0;
  for (const character of pattern) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === '|' && depth === 0) found.push('');
    else found[found.length - 1] += character;
  }
  return found.filter((one) => one !== '');
}

/** @returns the text of `lib/outbound/premium-ranges.ts` */
export function premiumRangesFile(): string {
  const lines = [...compilePremiumRanges()]
    .filter(([, { patterns }]) => patterns.size > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { longest, patterns }]) => `${code} ${longest} ${[...patterns].join('|')}\n`);
  return `// Made by \`npm run country-prefixes\` from the metadata of libphonenumber-js, which is too large to deploy.

/**
 * For each calling code: the digits of its longest numbers, and which of its numbers are premium-rate, shared-cost or
 * personal ones.
 */
export const premiumRanges = String.raw\`
${lines.join('')}\`;
`;
}
