import { Readable } from 'node:stream';
import { type CsvError, parse } from 'csv-parse';
import { UnreadableCsv } from './decode-csv';

/** A row below the header. */
export interface CsvRow {
  /** The line of the file on which it begins, from 1. */
  line: number;
  cells: string[];
}

/** A table. */
export interface Csv {
  delimiter: string;
  header: string[];
  /** To be read once. */
  rows: AsyncIterable<CsvRow>;
}

const delimiters = [',', ';', '\t', '|'];

/**
 * Parses CSV as Excel and CRMs write it: quoted cells with line breaks, `sep=;` in the first line, blank rows, and the
 * footer that Salesforce puts below a report.
 *
 * @param text in parts; its lines end with `\n`, as csv-parse counts a CRLF in a quoted cell as two lines
 * @param given the delimiter, if it is known; without it, the header decides
 * @throws UnreadableCsv when there is no header; later, when a quotation mark is not closed
 */
export async function parseCsv(text: Iterator<string>, given?: string | undefined): Promise<Csv> {
  let head = '';
  while (head.length < longestHeader) {
    const { done, value } = text.next();
    if (done) break;
    head += value;
  }
  const [separator, named] = /^sep=(.)\n/.exec(head) ?? [];
  const body = separator === undefined ? head : head.slice(separator.length);
  const delimiter = given ?? named ?? guessDelimiter(body);
  const records = readRecords(join(body, text), delimiter, separator === undefined ? 0 : 1);
  const filled = dropBlank(dropFooter(records));
  const { done, value: header } = await filled.next();
  if (done) throw new UnreadableCsv('is empty: its first line must name the columns');
  return {
    delimiter,
    header: header.cells.map((name) => name.replace(/\p{Cc}/gu, ' ').trim()),
    rows: filled,
  };
}

/** In which part of the file the header is looked for, in characters. */
const longestHeader = 128 * 1024;

interface CsvRecord extends CsvRow {
  /** Whether a blank line is above it. */
  isApart: boolean;
}

function* join(first: string, rest: Iterator<string>): Generator<string> {
  if (first !== '') yield first;
  for (let next = rest.next(); !next.done; next = rest.next()) yield next.value;
}

async function* readRecords(
  parts: Iterable<string>,
  delimiter: string,
  linesBefore: number,
): AsyncGenerator<CsvRecord> {
  let end = 0;
  /** Where the last row ends that was parsed: rows are parsed ahead. */
  let parsedEnd = 0;
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
    on_record: (record: string[], { lines }) => {
      parsedEnd = lines;
      return record;
    },
  });
  const source = Readable.from(parts, { objectMode: false });
  source.on('error', (error) => parser.destroy(error));
  try {
    const parsed = source.pipe(parser) as AsyncIterable<{ record: string[]; info: { lines: number } }>;
    for await (const {
      record: cells,
      info: { lines },
    } of parsed) {
      const breaks = cells.reduce(
        (sum, cell) => (cell.includes('\n') ? sum + cell.split('\n').length - 1 : sum),
        0,
      );
      const line = lines - breaks;
      const isApart = line > end + 1;
      end = lines;
      yield { line: line + linesBefore, cells, isApart };
    }
  } catch (error) {
    const { code, message } = error as CsvError;
    if (code === 'CSV_QUOTE_NOT_CLOSED') {
      throw new UnreadableCsv(
        `has a quotation mark that is never closed, in the row that begins on line ${parsedEnd + 1 + linesBefore}`,
      );
    }
    throw code?.startsWith('CSV_') ? new UnreadableCsv(`is not CSV: ${message}`) : error;
  }
}

/** The delimiter is what the header has most of, outside of quotation marks. */
function guessDelimiter(text: string): string {
  const header =
    text
      .trimStart()
      .replace(/"(?:[^"]|"")*"/g, '')
      .split('\n', 1)[0] ?? '';
  const count = (delimiter: string): number => header.split(delimiter).length;
  return delimiters.reduce((best, one) => (count(one) > count(best) ? one : best));
}

/**
 * Below a report, apart from its rows, Salesforce writes the report's name and its own, one cell in a line.
 *
 * @see http://frombelvideres4thfloor.blogspot.com/2010/08/salesforce-csv-format-for-report.html
 */
async function* dropFooter(records: AsyncIterable<CsvRecord>): AsyncGenerator<CsvRecord> {
  let isTable: boolean | undefined;
  let perhapsFooter: CsvRecord[] = [];
  for await (const record of records) {
    isTable ??= record.cells.length > 1;
    if (isTable && record.cells.length < 2) {
      perhapsFooter.push(record);
      continue;
    }
    if (perhapsFooter.length > 0) yield* perhapsFooter;
    perhapsFooter = [];
    yield record;
  }
  if (!perhapsFooter[0]?.isApart) yield* perhapsFooter;
}

async function* dropBlank(records: AsyncIterable<CsvRecord>): AsyncGenerator<CsvRecord> {
  for await (const record of records) if (record.cells.some((cell) => cell.trim())) yield record;
}
