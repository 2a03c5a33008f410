import { once } from 'node:events';

/** How much is printed at once, in characters. */
const batch = 64 * 1024;

/**
 * Prints the JSON output of a command, as `printJson` does. Its lists can be too long for the memory.
 *
 * @param value whose values are lists, which are printed element by element, or anything of JSON
 */
export async function printLongJson(value: Readonly<Record<string, unknown>>): Promise<void> {
  await printParts(formatLongJson(value));
}

/** Prints text in parts, no faster than it is read. */
export async function printParts(parts: Iterable<string> | AsyncIterable<string>): Promise<void> {
  let text = '';
  const print = async (): Promise<void> => {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain');
    text = '';
  };
  for await (const part of parts) {
    text += part;
    if (text.length > batch) await print();
  }
  await print();
}

function* formatLongJson(value: Readonly<Record<string, unknown>>): Generator<string> {
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  yield '{';
  for (const [position, [key, one]] of entries.entries()) {
    yield `${position === 0 ? '' : ','}\n  ${JSON.stringify(key)}: `;
    if (isIterable(one)) yield* formatList(one);
    else yield indent(one, '  ');
  }
  yield '\n}\n';
}

function* formatList(list: Iterable<unknown>): Generator<string> {
  let isEmpty = true;
  for (const one of list) {
    yield `${isEmpty ? '[' : ','}\n    ${indent(one, '    ')}`;
    isEmpty = false;
  }
  yield isEmpty ? '[]' : '\n  ]';
}

function indent(value: unknown, by: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${by}`);
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}
