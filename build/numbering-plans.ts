import metadata from 'libphonenumber-js/max/metadata';

/** Where the metadata keeps the kinds of numbers whose holder earns, or whose price nobody can tell in advance. */
const kinds = { premiumRate: 3, personal: 4, sharedCost: 9 };

interface Plan {
  lengths: Set<number>;
  numbers: Set<string>;
  premium: Set<string>;
}

/**
 * North America has one plan for all its countries. An exchange never is an N11 code, and 976 is the exchange of
 * premium-rate services in every area; the metadata has neither.
 *
 * @see https://en.wikipedia.org/wiki/North_American_Numbering_Plan
 */
const northAmerica = {
  numbers: ['[2-9]\\d\\d(?![2-9]11)[2-9]\\d{6}'],
  premium: ['[2-9]\\d\\d976\\d{4}'],
};

/** @returns by calling code: a longer number of one country may be a premium-rate number of its neighbor's */
function compilePlans(): Map<string, Plan> {
  const byCode = new Map<string, Plan>();
  for (const country of Object.values(metadata.countries) as unknown as unknown[][]) {
    const [callingCode, , general, lengths, types] = [...country.slice(0, 4), country[11]] as [
      string,
      unknown,
      string,
      number[],
      [string?][] | undefined,
    ];
    const plan = byCode.get(callingCode) ?? { lengths: new Set(), numbers: new Set(), premium: new Set() };
    byCode.set(callingCode, plan);
    const premium = Object.values(kinds).flatMap((kind) => alternatives(types?.[kind]?.[0] ?? ''));
    for (const one of callingCode === '1' ? northAmerica.numbers : alternatives(general))
      plan.numbers.add(one);
    for (const one of premium) plan.premium.add(one);
    for (const one of callingCode === '1' ? northAmerica.premium : []) plan.premium.add(one);
    for (const one of lengths) plan.lengths.add(one);
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

/** Shortens the patterns, which are most of the table: `d` is a digit, and groups may capture. */
function compact(patterns: Set<string>): string {
  return [...patterns].join('|').replaceAll('(?:', '(').replaceAll('\\d', 'd');
}

/** @returns the text of `lib/outbound/numbering-plans.ts` */
export function numberingPlansFile(): string {
  const lines = [...compilePlans()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { lengths, numbers, premium }]) => {
      const digits = [...lengths].sort((a, b) => a - b).map((length) => length.toString(36));
      return `${[code, digits.join(''), compact(numbers), compact(premium)].join(' ').trimEnd()}\n`;
    });
  return `// Made by \`npm run country-prefixes\` from the metadata of libphonenumber-js, which is too large to deploy.

/**
 * For each calling code: how many digits its national numbers have (\`a\` is 10), a pattern of all its numbers, and one of its
 * premium-rate, shared-cost and personal ones. In the patterns, \`d\` is a digit.
 */
export const numberingPlans = \`
${lines.join('')}\`;
`;
}
