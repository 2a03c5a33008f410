import metadata from 'libphonenumber-js/max/metadata';

/** How many digits of a national number are read: enough for all but the smallest islands. */
const depth = 5;

/** The calling code of the North American Numbering Plan: its area codes belong to many countries. */
const northAmerica = '1';

/**
 * The prefixes that tell the country of an E.164 number: the calling code where one country uses it, longer prefixes
 * where several share it. A longer prefix overrides a shorter one.
 *
 * @returns the country (ISO 3166-1 alpha-2) by prefix, without the `+`, in order
 */
function compileCountryPrefixes(): Map<string, string> {
  const prefixes = new Map<string, string>();
  for (const [callingCode, countries] of Object.entries(metadata.country_calling_codes)) {
    const [main] = countries;
    if (main === undefined) continue;
    if (countries.length === 1) {
      prefixes.set(callingCode, main);
      continue;
    }
    const plans = countries.map((country) => ({ country, pattern: parse(planOf(country)) }));
    // In North America, toll-free and personal numbers belong to no country: there is no default.
    const rest = callingCode === northAmerica ? undefined : main;
    if (rest) prefixes.set(callingCode, rest);
    addExceptions(prefixes, callingCode, '', plans, rest);
  }
  return new Map([...prefixes].sort(([a], [b]) => (a < b ? -1 : 1)));
}

interface Plan {
  country: string;
  pattern: Node;
}

/** The leading digits of a country's numbers, or else the patterns of its fixed and mobile numbers. */
function planOf(country: string): string {
  const plan = metadata.countries[country as keyof typeof metadata.countries] as unknown as unknown[];
  const [leadingDigits, types] = [plan[10], plan[11] as [string?][] | undefined];
  if (typeof leadingDigits === 'string') return leadingDigits;
  const patterns = [types?.[0]?.[0], types?.[1]?.[0]].filter(Boolean);
  return patterns.join('|');
}

/** Adds the prefixes whose country differs from that of the shorter prefix. */
function addExceptions(
  prefixes: Map<string, string>,
  callingCode: string,
  national: string,
  plans: readonly Plan[],
  inherited: string | undefined,
): void {
  for (const digit of '0123456789') {
    const prefix = national + digit;
    const possible = plans.filter(({ pattern }) => canBegin(pattern, prefix));
    const [first, ...others] = possible;
    if (!first) continue;
    if (others.length > 0 && prefix.length < depth) {
      addExceptions(prefixes, callingCode, prefix, possible, inherited);
    } else if (first.country !== inherited) {
      prefixes.set(callingCode + lengthen(prefix, first), first.country);
    }
  }
}

/** Appends the digits that all numbers of a plan share, so that numbers outside the plan do not match. */
function lengthen(prefix: string, plan: Plan): string {
  if (prefix.length === depth) return prefix;
  const [next, ...others] = [...'0123456789'].filter((digit) => canBegin(plan.pattern, prefix + digit));
  return next === undefined || others.length > 0 ? prefix : lengthen(prefix + next, plan);
}

/** A regular expression, with only the syntax that the metadata uses: digits, classes, groups and counts. */
type Node =
  | { digits: string }
  | { sequence: Node[] }
  | { oneOf: Node[] }
  | { repeat: Node; least: number; most: number };

function parse(source: string): Node {
  let at = 0;
  const alternatives = (): Node => {
    const oneOf = [sequence()];
    while (source[at] === '|') {
      at += 1;
      oneOf.push(sequence());
    }
    return { oneOf };
  };
  const sequence = (): Node => {
    const nodes: Node[] = [];
    while (at < source.length && source[at] !== '|' && source[at] !== ')') nodes.push(counted(atom()));
    return { sequence: nodes };
  };
  const atom = (): Node => {
    const rest = source.slice(at);
    const [token = ''] = /^(?:\(\?:|\[[\d-]+\]|\\d|\d)/.exec(rest) ?? [];
    if (!token) throw new Error(`Cannot parse a pattern of the metadata: ${source}`);
    at += token.length;
    if (token !== '(?:') {
      const one = new RegExp(token);
      return { digits: [...'0123456789'].filter((digit) => one.test(digit)).join('') };
    }
    const group = alternatives();
    at += 1;
    return group;
  };
  const counted = (repeat: Node): Node => {
    const [token, least, most] = /^(?:\{(\d+)(?:,(\d+))?\}|\?)/.exec(source.slice(at)) ?? [];
    if (token === undefined) return repeat;
    at += token.length;
    if (token === '?') return { repeat, least: 0, most: 1 };
    return { repeat, least: Number(least), most: Number(most ?? least) };
  };
  return alternatives();
}

/** @returns whether a number that matches can begin with this prefix, or a whole match does begin it */
function canBegin(pattern: Node, prefix: string): boolean {
  const match = (node: Node, at: number, next: (at: number) => boolean): boolean => {
    if (at === prefix.length) return true;
    if ('digits' in node) return node.digits.includes(prefix[at] as string) && next(at + 1);
    if ('oneOf' in node) return node.oneOf.some((one) => match(one, at, next));
    if ('sequence' in node) {
      const [first, ...rest] = node.sequence;
      return first ? match(first, at, (end) => match({ sequence: rest }, end, next)) : next(at);
    }
    const { repeat, least, most } = node;
    const again = { repeat, least: Math.max(0, least - 1), most: most - 1 };
    return (most > 0 && match(repeat, at, (end) => match(again, end, next))) || (least === 0 && next(at));
  };
  return match(pattern, 0, () => true);
}

/** @returns the text of `lib/proxy-addresses/country-prefixes.ts` */
export function countryPrefixesFile(): string {
  const byCountry = new Map<string, string[]>();
  for (const [prefix, country] of compileCountryPrefixes()) {
    byCountry.set(country, [...(byCountry.get(country) ?? []), prefix]);
  }
  const lines = [...byCountry]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([country, prefixes]) => `${country} ${prefixes.join(' ')}\n`);
  return `// Made by \`npm run country-prefixes\` from the metadata of libphonenumber-js, which is too large to deploy.

/** Each country, and what its numbers begin with. A longer prefix goes before a shorter one. */
export const countryPrefixes = \`
${lines.join('')}\`;
`;
}
