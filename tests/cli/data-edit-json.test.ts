import fc from 'fast-check';
import { editJson, type Json, type JsonEdit } from '../../build/data-import/edit-json';

const text = fc.string({
  unit: fc.constantFrom('a', '"', '{', '}', '[', ']', ',', ':', ' ', '\\', '\n', 'é'),
});
const channel = fc.record({ type: fc.constantFrom('sms', 'email'), value: text });
const customer = fc.record({
  customer_id: text,
  channels: fc.array(channel, { maxLength: 3 }),
  fields: fc.dictionary(text, text),
});
/** Files as people write them: with any indentation, or none. */
const written = fc
  .tuple(
    fc.array(customer, { maxLength: 5 }),
    fc.constantFrom(undefined, 2, '\t'),
    fc.constantFrom('\n', '\r\n'),
  )
  .map(([customers, unit, eol]) => JSON.stringify({ customers }, null, unit).replaceAll('\n', eol));

interface File {
  customers: {
    customer_id: string;
    channels: { type: string; value: string }[];
    fields: Record<string, string>;
  }[];
}

describe('an edit of JSON text', () => {
  it('gives the JSON that the edited values would give, whatever they are', () => {
    fc.assert(
      fc.property(
        written,
        fc.array(customer, { maxLength: 3 }),
        fc.nat(),
        text,
        text,
        (before, append, seed, key, value) => {
          const expected = JSON.parse(before) as File;
          const edits: JsonEdit[] = [];
          const removed: number[] = [];
          for (const [index, one] of expected.customers.entries()) {
            const kind = (seed >> (2 * index)) % 4;
            if (kind === 0) removed.push(index);
            if (kind === 1) {
              edits.push({ path: ['customers', index, 'fields', key], value });
              // As JSON.parse does, also for __proto__.
              Object.defineProperty(one.fields, key, {
                value,
                enumerable: true,
                configurable: true,
                writable: true,
              });
            }
            const [first] = one.channels;
            if (kind === 2 && first) {
              edits.push({ path: ['customers', index, 'channels', 0, 'value'], value });
              first.value = value;
            }
            if (kind === 3) {
              edits.push({ path: ['customers', index, 'channels'], value: [{ type: 'sms', value }] });
              one.channels = [{ type: 'sms', value }];
            }
          }
          edits.push({ path: ['customers'], remove: removed, append: append as Json[] });
          const kept = expected.customers.filter((_one, index) => !removed.includes(index));
          const result = JSON.parse(editJson(before, edits)) as File;
          expect(result).toEqual({ customers: [...kept, ...append] });
        },
      ),
      { numRuns: 500 },
    );
  });

  it('gives text that is formatted as before', () => {
    fc.assert(
      fc.property(
        fc.array(customer, { minLength: 1 }),
        fc.array(customer),
        fc.constantFrom(2, 4, '\t'),
        (list, append, unit) => {
          const before = JSON.stringify({ customers: list }, null, unit);
          const after = editJson(before, [{ path: ['customers'], remove: [], append: append as Json[] }]);
          expect(after).toBe(JSON.stringify({ customers: [...list, ...append] }, null, unit));
        },
      ),
    );
  });

  it('is refused where there is no such place', () => {
    expect(() => editJson('{"a": 1}', [{ path: ['b', 'c'], value: 1 }])).toThrow('there is no b');
  });
});
