import { numberingPlans } from './numbering-plans';

/** What the numbering plans say of a number. */
export type NumberKind = 'ordinary' | 'premium' | 'invalid';

interface Plan {
  /** The digits of national numbers: `7`, `9`, `a`. */
  lengths: string;
  numbers: string;
  premium: string | undefined;
}

let plans: Map<string, Plan> | undefined;

/**
 * Finds out of which kind a number is. The plans are coarse: an ordinary number need not be assigned.
 *
 * @param number E.164; of the two forms of a Mexican, Argentine or Brazilian number the one that is its key
 */
export function numberKind(number: string): NumberKind {
  plans ??= readPlans();
  const digits = number.slice(1);
  for (const length of [1, 2, 3]) {
    const plan = plans.get(digits.slice(0, length));
    if (plan) return kindIn(plan, digits.slice(length));
  }
  return 'invalid';
}

function kindIn({ lengths, numbers, premium }: Plan, national: string): NumberKind {
  const length = national.length.toString(36);
  // Carriers ignore what is dialed too much: a premium-rate number stays one with digits after it.
  const tail = length > lengths.slice(-1) ? '' : '$';
  if (premium && matches(premium, tail, national)) return 'premium';
  // Two zeros can lead abroad, or to free service numbers; a single one belongs to the number in Italy, for example.
  // Where all numbers have one length, as in Tajikistan, they can be those of a mobile network.
  const leadsAway = national.startsWith('00') && lengths.length > 1;
  const isValid = lengths.includes(length) && !leadsAway && matches(numbers, '$', national);
  return isValid ? 'ordinary' : 'invalid';
}

function matches(pattern: string, tail: string, national: string): boolean {
  return new RegExp(`^(?:${pattern.replaceAll('d', '\\d')})${tail}`).test(national);
}

function readPlans(): Map<string, Plan> {
  const entries = numberingPlans
    .trim()
    .split('\n')
    .map((line) => {
      const [code = '', lengths = '', numbers = '', premium] = line.split(' ');
      return [code, { lengths, numbers, premium }] as const;
    });
  return new Map(entries);
}
