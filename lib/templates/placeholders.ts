/**
 * `{{ name }}` in a template; the first group is the name, without the spaces around it. The expression first checks that
 * the braces close: the rest then cannot fail, and takes linear time for any text.
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

/** The placeholders that exist for every customer; `customer.fields.…` come on top. */
export const placeholders: readonly Placeholder[] = known;

/** @returns whether a placeholder exists; for `customer.fields.…`, any name does, even if no customer has that field */
export function isKnownPlaceholder(name: string): boolean {
  return fieldOf(name) !== undefined || known.some((one) => one === name);
}

/** @returns `plan` for `customer.fields.plan`; undefined for any other placeholder */
export function fieldOf(name: string): string | undefined {
  return /^customer\.fields\.([A-Za-z0-9_-]+)$/.exec(name)?.[1];
}
