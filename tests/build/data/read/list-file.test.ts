import fc from 'fast-check';
import { type Problem, reportTo } from '../../../../build/data/problems';
import { ListFile } from '../../../../build/data/read/list-file';
import { openBytes } from '../../../../lib/large-files/bytes';

/** JSON as people and programs write it: on one line, or indented, with either end of line, and escaped or not. */
const written = fc
  .tuple(
    fc.array(fc.jsonValue()),
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
    fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }),
    fc.constantFrom(undefined, 2, '\t'),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([list, before, after, indent, newline, escapes]) => {
    // The list is found only at the top, and `customers` there only as a list.
    const { customers: _one, ...first } = before;
    const { customers: _other, ...last } = after;
    const value = { ...first, inner: { customers: [[]] }, customers: list, ...last };
    const json = JSON.stringify(value, null, indent).replaceAll('\n', newline);
    return escapes ? json.replaceAll('customers"', '\\u0063ustomers"') : json;
  });

const open = (text: string, chunkBytes: number): ListFile =>
  new ListFile(openBytes(text), 'customers', { chunkBytes });

/** What is wrong with a text, as it is reported; undefined when nothing is. */
function problemOf(text: string | Uint8Array, chunkBytes?: number): string | undefined {
  const problems: Problem[] = [];
  try {
    const file = new ListFile(openBytes(text), 'customers', chunkBytes ? { chunkBytes } : {});
    const report = reportTo(problems, 'file');
    file.reportDuplicateKeys(report);
    for (const _one of file.elements(report));
    return problems.map(({ path, problem }) => `${path} ${problem}`).join('\n') || undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('a file with a long list', () => {
  it('is read as JSON.parse reads it, wherever its parts are cut', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 40 }), (text, chunkBytes) => {
        const file = open(text, chunkBytes);
        const problems: Problem[] = [];
        const elements = [...file.elements(reportTo(problems, 'file'))];
        const whole = JSON.parse(text) as { customers: unknown[] };
        expect([elements.map(({ raw }) => raw), file.count]).toEqual([
          whole.customers,
          whole.customers.length,
        ]);
        expect(file.around).toEqual({ ...whole, customers: [] });
        expect(problems).toEqual([]);
        expect(elements.map(({ index }) => file.at(index))).toEqual(whole.customers);
      }),
      { numRuns: 500 },
    );
  });

  it('knows the line and the column of each element, and of what is around them', () => {
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 40 }), (text, chunkBytes) => {
        const file = open(text, chunkBytes);
        const lines = text.split('\n');
        const at = ([line, column]: readonly [number, number], length: number): string =>
          lines
            .slice(line - 1, line + length)
            .join('\n')
            .slice(column - 1, column - 1 + length);
        for (const { line, column, text: own } of file.texts())
          expect(at([line, column], own.length)).toBe(own);
        const around = file.textAround;
        expect(
          around
            .split('')
            .map((_unit, index) => at(file.placeAround(index), 1))
            .join(''),
        ).toBe(around);
      }),
      { numRuns: 200 },
    );
  });

  it('has no more of large values around the list than their ends, all in their places', () => {
    const emptyLike = (value: unknown): unknown =>
      typeof value === 'string' ? '' : Array.isArray(value) ? [] : typeof value === 'object' ? {} : value;
    const sizes = fc.integer({ min: 1, max: 40 });
    let [shortened, refused] = [0, 0];
    fc.assert(
      fc.property(written, sizes, fc.integer({ min: 1, max: 120 }), (text, chunkBytes, aroundBytes) => {
        const read = (limits: object): ListFile | string => {
          try {
            return new ListFile(openBytes(text), 'customers', { aroundBytes, ...limits });
          } catch (error) {
            return (error as Error).message;
          }
        };
        const [file, atOnce] = [read({ chunkBytes }), read({})];
        if (typeof file === 'string' || typeof atOnce === 'string') {
          refused++;
          expect([file, atOnce]).toEqual(Array(2).fill(expect.stringMatching(/^has more than .* outside/)));
          return;
        }
        const whole = JSON.parse(text) as Record<string, unknown>;
        const around = file.around as Record<string, unknown>;
        expect(Object.keys(around)).toEqual(Object.keys(whole));
        expect([...file.texts()].map((one) => JSON.parse(one.text))).toEqual(whole.customers);
        for (const [key, value] of Object.entries({ ...whole, customers: [] })) {
          if (JSON.stringify(around[key]) !== JSON.stringify(value))
            expect(around[key]).toEqual(emptyLike(value));
        }
        const kept = file.textAround;
        expect(kept).toBe(atOnce.textAround);
        expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(2 * aroundBytes);
        if (kept.length < open(text, 40).textAround.length) shortened++;
        const lines = text.split('\n');
        const found = [...kept].flatMap((unit, index) => (unit === '\n' ? [] : [index]));
        const units = found.map((index) => {
          const [line, column] = file.placeAround(index);
          return lines[line - 1]?.[column - 1];
        });
        if (!/[\ud800-\udfff]/.test(kept)) expect(units.join('')).toBe(kept.replaceAll('\n', ''));
      }),
      { numRuns: 500 },
    );
    expect(Math.min(shortened, refused)).toBeGreaterThan(0);
  });

  it('reads no element that is too large, and those around it in their places', () => {
    const text = `{"customers": [\n1, {"a": "\\"é👍",\n"b": [1]}, 2,\n${' '.repeat(9)}"${'x'.repeat(30)}", [3]]}`;
    const whole = open(text, 40);
    for (let chunkBytes = 1; chunkBytes < 60; chunkBytes++) {
      const problems: Problem[] = [];
      const file = new ListFile(openBytes(text), 'customers', { chunkBytes, elementBytes: 16 });
      const elements = [...file.elements(reportTo(problems, 'file'))];
      const places = [...whole.texts()].map(({ line, column, offset }) => [line, column, offset]);
      expect(elements.map(({ line, column, offset }) => [line, column, offset])).toEqual(places);
      expect(elements.map(({ raw }) => raw)).toEqual([1, undefined, 2, undefined, [3]]);
      expect(problems.map(({ path, problem }) => `${path} ${problem}`)).toEqual([
        'customers[1] is larger than 0 MB; it begins at line 2',
        'customers[3] is larger than 0 MB; it begins at line 4',
      ]);
    }
  });

  it('is refused where JSON.parse refuses it, at the same place whatever its parts', () => {
    const damage = fc.constantFrom('', ',', '"', '}', ']', '{', '[', ':', '\\', '1', 'x', '\u0001');
    fc.assert(
      fc.property(
        written,
        fc.nat(),
        damage,
        fc.integer({ min: 1, max: 40 }),
        (text, at, more, chunkBytes) => {
          const place = at % (text.length + 1);
          const damaged = text.slice(0, place) + more + text.slice(more === '' ? place + 1 : place);
          const found = problemOf(damaged, chunkBytes);
          expect(found).toBe(problemOf(damaged));
          let isJson = true;
          try {
            JSON.parse(damaged);
          } catch {
            isJson = false;
          }
          expect(/^is not valid JSON: [a-z][\w ]+ at line \d+, column \d+$/.test(found ?? '')).toBe(!isJson);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    [
      'a comma that is missing',
      '{"customers": [\n{}\n{}]}',
      'is not valid JSON: comma expected at line 3, column 1',
    ],
    ['a comma too many', '{"customers": [\n{},\n]}', 'is not valid JSON: value expected at line 3, column 1'],
    [
      'an end that is missing',
      '{"customers": [{}, {"a": 1',
      'is not valid JSON: close brace expected at line 1, column 27',
    ],
    [
      'what follows the end',
      '{"customers": [1]}\n}',
      'is not valid JSON: end of file expected at line 2, column 1',
    ],
    [
      'the first of two errors',
      '{"a": 01, "customers": [x]}',
      'is not valid JSON: comma expected at line 1, column 8',
    ],
    [
      'a key that is twice in an element',
      '{"a": 1,\n"customers": [{"b": 1,\n"b": 2}, [{"c": {}, "c": 1}]]}',
      'customers[0].b appears twice, on line 2 and on line 3\ncustomers[1][0].c appears twice, both on line 3',
    ],
    [
      'a key that is twice around the list',
      '{"a": 1,\n"customers": [\n{}\n], "b": 1,\n"a": 2, "b": 1}',
      'a appears twice, on line 1 and on line 5\nb appears twice, on line 4 and on line 5',
    ],
  ])('names %s', (_what, text, problem) => {
    expect([problemOf(text), problemOf(text, 1)]).toEqual([problem, problem]);
    expect(problemOf(`\uFEFF${text}`)).toBe(problem);
  });

  it('names the first byte that is not UTF-8, also behind another error', () => {
    const bytes = Buffer.from('{"customers": [\n{"a": "é"},, {"b": "?"}]}');
    bytes[bytes.indexOf('?')] = 0xe9;
    const problem = 'is not UTF-8: byte 0xE9 at line 2, column 21 (byte 37 of the file)';
    expect([problemOf(bytes), problemOf(bytes, 1)]).toEqual([problem, problem]);
  });
});
