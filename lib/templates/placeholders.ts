/**
 * `{{ name }}` in a template; the first group is the name, without the blanks around it. That it closes is looked at
 * first: what follows cannot fail then, and takes linear time, whatever the text.
 */
export const placeholder = /\{\{(?=[^{}]*\}\})\s*((?:[^{}\s]+(?:\s+[^{}\s]+)*)?)\s*\}\}/g;

const known = [
  'customer.display_name',
  'customer.customer_id',
  'customer.language',
  'customer.country',
  'worker',
  'worker.identity',
] as const;

export type Placeholder = (typeof known)[number];

/** The names that stand for the same thing for every customer; fields of the customers' own come on top. */
export const placeholders: readonly Placeholder[] = known;

/** @returns whether a placeholder stands for something; whether any customer has the field that it names, is left open */
export function isKnownPlaceholder(name: string): boolean {
  return fieldOf(name) !== undefined || known.some((one) => one === name);
}

/** @returns `plan` for `customer.fields.plan`; undefined for any other placeholder */
export function fieldOf(name: string): string | undefined {
  return /^customer\.fields\.([A-Za-z0-9_-]+)$/.exec(name)?.[1];
}
