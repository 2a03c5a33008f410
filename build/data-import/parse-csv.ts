import { type CsvError, parse } from 'csv-parse/sync';
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
  rows: CsvRow[];
}

const delimiters = [',', ';', '\t', '|'];

/**
 * Parses CSV as Excel and CRMs write it: quoted cells with line breaks, `sep=;` in the first line, blank rows, and the
 * footer that Salesforce puts below a report.
 *
 * @param given the delimiter, if it is known; without it, the header decides
 * @throws UnreadableCsv when there is no header, or a quotation mark is not closed
 */
export function parseCsv(text: string, given?: string | undefined): Csv {
  // csv-parse counts a CRLF in a quoted cell as two lines.
  const unified = text.replace(/\r\n?/g, '\n');
  const [separator, named] = /^sep=(.)\n/.exec(unified) ?? [];
  const body = separator === undefined ? unified : unified.slice(separator.length);
  const delimiter = given ?? named ?? guessDelimiter(body);
  const records = readRecords(body, delimiter, separator === undefined ? 0 : 1);
  const [header, ...rows] = dropFooter(records).filter(({ cells }) => cells.some((cell) => cell.trim()));
  if (!header) throw new UnreadableCsv('is empty: its first line must name the columns');
  return { delimiter, header: header.cells.map((name) => name.replace(/\p{Cc}/gu, ' ').trim()), rows };
}

interface CsvRecord extends CsvRow {
  /** Whether a blank line is above it. */
  isApart: boolean;
}

function readRecords(body: string, delimiter: string, linesBefore: number): CsvRecord[] {
  const records: CsvRecord[] = [];
  let end = 0;
  const onRecord = (cells: string[], { lines }: { lines: number }): null => {
    const breaks = cells.reduce((sum, cell) => sum + cell.split('\n').length - 1, 0);
    const line = lines - breaks;
    records.push({ line: line + linesBefore, cells, isApart: line > end + 1 });
    end = lines;
    return null;
  };
  try {
    parse(body, {
      delimiter,
      record_delimiter: '\n',
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      on_record: onRecord,
    });
  } catch (error) {
    const { code, message } = error as CsvError;
    if (code !== 'CSV_QUOTE_NOT_CLOSED') throw new UnreadableCsv(`is not CSV: ${message}`);
    throw new UnreadableCsv(
      `has a quotation mark that is never closed, in the row that begins on line ${end + 1 + linesBefore}`,
    );
  }
  return records;
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
function dropFooter(records: CsvRecord[]): CsvRecord[] {
  if ((records[0]?.cells.length ?? 0) < 2) return records;
  const last = records.findLastIndex(({ cells }) => cells.length > 1);
  return records[last + 1]?.isApart ? records.slice(0, last + 1) : records;
}
