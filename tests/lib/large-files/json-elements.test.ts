import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { type JsonElement, type JsonFrame, readElements } from '../../../lib/large-files/json-elements';

const folder = mkdtempSync(join(tmpdir(), 'json-elements-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** @returns the elements' texts and places, and what is around them */
function read(
  text: string,
  chunk: number,
): { elements: (JsonElement & { text: string })[]; frame: JsonFrame } {
  const path = join(folder, 'file.json');
  writeFileSync(path, text);
  const file = openSync(path, 'r');
  try {
    const elements: (JsonElement & { text: string })[] = [];
    const reader = readElements(file, 'list', chunk);
    for (;;) {
      const { done, value } = reader.next();
      if (done) return { elements, frame: value };
      elements.push({ ...value, text: value.bytes.toString() });
    }
  } finally {
    closeSync(file);
  }
}

const text = fc.string({
  unit: fc.constantFrom('a', '"', '{', '}', '[', ']', ',', ':', ' ', '\\', 'é', '\n'),
});
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom(null, true, -1.5e3),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(text, fc.constant('list')), tie('value'), { maxKeys: 3 }),
  ),
})).value;

describe('the elements of a list', () => {
  it('are those of JSON.parse, wherever a chunk ends, with their places and lines', () => {
    fc.assert(
      fc.property(
        fc.array(json, { maxLength: 6 }),
        fc.dictionary(text, json, { maxKeys: 2 }),
        fc.dictionary(text, json, { maxKeys: 2 }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.constantFrom('', '\uFEFF'),
        fc.integer({ min: 1, max: 40 }),
        (list, before, after, indent, mark, chunk) => {
          const parts = [before, { list }, after].map((one) => Object.entries(one));
          const value = Object.fromEntries(
            parts.flat().filter(([key], i) => i === (parts[0]?.length ?? 0) || key !== 'list'),
          );
          const file = mark + JSON.stringify(value, null, indent);
          const { elements, frame } = read(file, chunk);
          expect(elements.map((one) => JSON.parse(one.text))).toEqual(JSON.parse(JSON.stringify(list)));
          expect(JSON.parse(frame.before + frame.after)).toEqual({
            ...JSON.parse(JSON.stringify(value)),
            list: [],
          });
          const bytes = Buffer.from(file);
          for (const { start, end, line, text: own } of elements) {
            expect(bytes.toString('utf8', start, end)).toBe(own);
            expect(line).toBe(bytes.toString('utf8', 0, start).split('\n').length);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    '{"list": [1 2]}',
    '{"list": [1,]}',
    '{"list": [,1]}',
    '{"list": [1',
    '{"list": [{"a": "]}',
    '{"list": [], "list": []}',
  ])('are not read from %s', (file) => {
    expect(() => read(file, 3)).toThrow();
  });

  it('are none where there is no such list', () => {
    for (const file of [
      '{"a": {"list": [1]}}',
      '[{"list": [1]}]',
      '{"list": {"a": [1]}}',
      '{"a": "list", "b": [1]}',
    ]) {
      expect(read(file, 2)).toMatchObject({
        elements: [],
        frame: { list: undefined, before: file, after: '' },
      });
    }
  });
});
