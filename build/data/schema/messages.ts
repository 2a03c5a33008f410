/** A schema's message about a wrong value: the problem, and how to fix it. */
export const message = (problem: string, fix: string): string => `${problem}\n${fix}`;

/** @returns the two parts of a message that `message` made; one of valibot's own has no fix */
export function splitMessage(message: string): { problem: string; fix: string } {
  const [problem = '', fix = 'correct the value'] = message.split('\n');
  return { problem, fix };
}
