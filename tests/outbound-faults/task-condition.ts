import { Refusal } from './http';

/**
 * `a == "b" AND c.d == 'e'`, as far as this is needed.
 *
 * @see https://www.twilio.com/docs/taskrouter/expression-syntax
 */
export function readCondition(text: string): (attributes: Record<string, unknown>) => boolean {
  if (text.trim() === '') return () => true;
  const parts = text.split(/\s+AND\s+/i).map((part) => {
    const match = /^\s*([\w.]+)\s*==?\s*(?:"([^"]*)"|'([^']*)')\s*$/.exec(part);
    if (!match) throw new Refusal(400, 20001, `Invalid expression: ${text}`);
    return { names: match[1]?.split('.') ?? [], value: match[2] ?? match[3] };
  });
  return (attributes) =>
    parts.every(({ names, value }) => {
      const found = names.reduce<unknown>(
        (inner, name) => (inner as Record<string, unknown> | undefined)?.[name],
        attributes,
      );
      return found === value;
    });
}
