import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CustomersFile } from '../../build/data-import/customers-file';
import { decodeCsv } from '../../build/data-import/decode-csv';
import { editJson, type Json, type JsonEdit } from '../../build/data-import/edit-json';
import { SpillFile } from '../../build/data-import/spill-file';
import { editCustomer, formatCustomer, writeCustomers } from '../../build/data-import/write-customers';
import { FileWindow } from '../../lib/large-files/file-window';
import { KeyIndex } from '../../lib/large-files/key-index';
import { runCommand } from '../support/command-line';
import { ProjectCopy } from '../support/project-copy';
import { Started } from '../support/started';

const folder = mkdtempSync(join(tmpdir(), 'data-many-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'file');

const text = fc.string({ unit: fc.constantFrom('a', '"', '{', ']', ',', ' ', '\\', '\n', 'é', '🙂') });
const customer = fc.record({
  customer_id: text,
  channels: fc.array(fc.record({ type: text, value: text }), { maxLength: 2 }),
});
const file = fc
  .tuple(
    fc.array(customer, { maxLength: 5 }),
    fc.constantFrom('', '\uFEFF'),
    fc.constantFrom(undefined, 2, '\t'),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([customers, mark, unit, eol, hasMore]) => {
    const value = { $schema: 'é', customers, ...(hasMore && { defaultCountry: 'US' }) };
    return { customers, mark, json: JSON.stringify(value, null, unit).replaceAll('\n', eol) };
  });

describe('customers who are written one at a time', () => {
  it('give the text that an edit of the whole file gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.array(fc.constantFrom('keep', 'edit', 'extend', 'remove'), { minLength: 5, maxLength: 5 }),
        fc.array(customer, { maxLength: 2 }),
        async ({ customers, mark, json }, what, added) => {
          const own = customers.map((_one, index): JsonEdit[] => {
            if (what[index] === 'edit') return [{ path: ['customer_id'], value: 'new' }];
            return what[index] === 'extend' ? [{ path: ['fields'], value: { a: 'b' } }] : [];
          });
          const remove = [...customers.keys()].filter((index) => what[index] === 'remove');
          const edits = own.flatMap((list, index) =>
            list.map((one) => ({ ...one, path: ['customers', index, ...one.path] })),
          );
          const expected = editJson(json, [
            ...edits,
            { path: ['customers'], remove, append: added as Json[] },
          ]);

          writeFileSync(path, mark + json);
          const opened = await CustomersFile.open(path);
          const draft = await writeCustomers(
            opened,
            {
              textAt: (index) => (own[index]?.length ? editCustomer(opened, index, own[index]) : undefined),
              isRemoved: (index) => remove.includes(index),
              added: added.map((one) => formatCustomer(opened, one as Json)),
            },
            `${path}.new`,
          );
          opened.close();
          expect(readFileSync(draft.path, 'utf8')).toBe(mark + expected);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('a CSV file that is read in parts', () => {
  it.each(['utf-8', 'utf-16le'] as const)('has the same text wherever a part ends, in %s', (encoding) => {
    const written = fc.string({ unit: fc.constantFrom('\r', '\n', 'a', 'é', '🙂', ',') });
    fc.assert(
      fc.property(written, fc.integer({ min: 1, max: 5 }), (csv, chunk) => {
        writeFileSync(path, Buffer.from(`\uFEFF${csv}`, encoding === 'utf-8' ? 'utf8' : 'utf16le'));
        const opened = openSync(path, 'r');
        const read = [...decodeCsv(opened, encoding, chunk)].join('');
        closeSync(opened);
        expect(read).toBe(csv.replace(/\r\n?/g, '\n'));
      }),
    );
  });
});

describe('a list in a file', () => {
  it('has its values in order, and at their positions, also while it grows', () => {
    const list = new SpillFile<{ number: number; text: string }>(folder, 'list');
    const make = (number: number) => ({ number, text: 'é'.repeat(number % 700) });
    for (let number = 0; number < 3_000; number++) {
      expect(list.add(make(number))).toBe(number);
      if (number % 500 === 0) expect(list.get(number >> 1)).toEqual(make(number >> 1));
    }
    expect([...list]).toEqual(Array.from({ length: 3_000 }, (_, number) => make(number)));
    expect([2_999, 0, 1_500].map((at) => list.get(at).number)).toEqual([2_999, 0, 1_500]);
    list.close();
  });

  it('is read in any order through a window', () => {
    const bytes = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i % 251));
    writeFileSync(path, bytes);
    const opened = openSync(path, 'r');
    const window = new FileWindow(opened);
    fc.assert(
      fc.property(fc.nat(21_000), fc.nat(12_000), (start, length) => {
        const part = window.read(start, start + length);
        expect(part.equals(bytes.subarray(start, start + length))).toBe(true);
      }),
    );
    closeSync(opened);
  });

  it('is found by keys, each with all of its positions', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2_000), { maxLength: 5_000 }), (keys) => {
        const index = new KeyIndex();
        const positions = new Map<number, number[]>();
        for (const [position, key] of keys.entries()) {
          index.add(String(key), position);
          positions.set(key, [...(positions.get(key) ?? []), position]);
        }
        for (let key = 0; key <= 2_001; key++)
          expect(index.find(String(key))).toEqual(positions.get(key) ?? []);
      }),
      { numRuns: 20 },
    );
  });
});

describe('npm run data -- import, with many bad rows', () => {
  const project = new ProjectCopy();
  afterAll(() => project.remove());

  it('lists each of them, on a terminal the first hundred; nothing is written, and nothing is left behind', async () => {
    const data = 'assets/customers.private.json';
    const before = readFileSync(project.path(data), 'utf8');
    const rows = Array.from({ length: 150 }, (_, i) => `b${i},Bad ${i},${i}`);
    writeFileSync(project.path('new.csv'), ['Id,Name,Phone', ...rows].join('\n'));
    const temporary = project.path('tmp');
    const run = (...more: string[]) =>
      runCommand(project.root, ['data', 'import', 'new.csv', ...more], { TMPDIR: temporary });
    mkdirSync(temporary);

    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr.match(/^new\.csv:\d+: Bad/gm)).toHaveLength(150);
    expect(stderr).toContain('\n150 bad rows\n');
    const terminal = Started.onTerminal(project.root, ['data', 'import', 'new.csv'], { TMPDIR: temporary });
    expect(await terminal.ends()).toBe(1);
    expect(terminal.output.match(/^new\.csv:\d+: Bad/gm)).toHaveLength(100);
    expect(terminal.output).toContain(
      '\n… and 50 more; --all shows them, and --json lists them\r\n150 bad rows',
    );
    const json = JSON.parse(run('--json').stdout) as { badRows: { line: number }[] };
    expect(json.badRows.map(({ line }) => line)).toEqual(rows.map((_row, i) => i + 2));
    expect(readFileSync(project.path(data), 'utf8')).toBe(before);
    expect(readdirSync(project.path('assets')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('local-twilio-'))).toEqual([]);
  });
});
