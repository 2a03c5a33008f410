import { isUtf8 } from 'node:buffer';
import type { Bytes } from '../../../lib/large-files/bytes';
import {
  type AroundPart,
  BrokenList,
  type ListElement,
  type Outline,
  type Place,
  type SplitLimits,
  splitLimits,
  splitList,
  TooMuchAround,
} from '../../../lib/large-files/split-list';
import { checkEncoding, isUtf16, moveOn, type Unreadable } from '../encoding';
import type { Report } from '../problems';
import { AroundText } from './around-text';
import { countProperties, findSyntaxError, reportDuplicateKeys } from './json-text';

/** Thrown for a file that is not JSON in UTF-8. */
export class UnreadableFile extends Error implements Unreadable {
  override readonly name = 'UnreadableFile';
  readonly problem: string;
  readonly fix: string;

  constructor({ problem, fix }: Unreadable) {
    super(problem);
    this.problem = problem;
    this.fix = fix;
  }
}

/** An element of the list, with its value. */
export interface ReadElement extends ListElement {
  raw: unknown;
}

/** What is wrong, with line and column. */
interface LocatedError {
  what: string;
  place: readonly [number, number] | undefined;
}

/** How much of a broken file is read again to describe the error, in bytes: an element is far smaller. */
const explainedBytes = 16 * 1024 * 1024;

/** A JSON file whose object has a list that can be longer than the memory: its elements are read one at a time. */
export class ListFile {
  /** The file's value with an empty list; as it is when it has no such list. Large values in it are empty. */
  readonly around: unknown;
  /** The length of the list; undefined when there is none. */
  readonly count: number | undefined;
  readonly #bytes: Bytes;
  readonly #key: string;
  readonly #limits: SplitLimits;
  readonly #around: AroundText;
  /** The places of the elements that have been read: in bytes. */
  readonly #offsets: Float64Array;
  readonly #lengths: Uint32Array;

  /**
   * Reads the whole file once.
   *
   * @param key the name of the list
   * @throws UnreadableFile
   */
  constructor(bytes: Bytes, key: string, limits: Partial<SplitLimits> = {}) {
    this.#bytes = bytes;
    this.#key = key;
    this.#limits = { ...splitLimits, ...limits };
    if (isUtf16(bytes)) throw this.#explain();
    let count = 0;
    let outline: Outline;
    try {
      const elements = this.texts();
      for (;;) {
        const { done, value } = elements.next();
        if (done) {
          outline = value;
          break;
        }
        count++;
      }
    } catch (error) {
      if (error instanceof TooMuchAround) throw this.#explainTooMuch();
      throw error instanceof BrokenList ? this.#explain() : error;
    }
    const { before, after } = outline;
    this.count = after ? count : undefined;
    this.#offsets = new Float64Array(count);
    this.#lengths = new Uint32Array(count);
    const parts = [...before, ...(after ?? [])];
    this.#around = new AroundText(parts);
    if (!parts.every(({ bytes: part }) => isUtf8(part))) throw this.#explain();
    try {
      this.around = JSON.parse(this.textAround);
    } catch {
      throw this.#explain();
    }
  }

  /**
   * Reads the elements, and reports those that are too large, and keys that are twice in one of them.
   *
   * @throws UnreadableFile
   */
  *elements(report: Report): Generator<ReadElement> {
    for (const element of this.texts()) {
      if (element.isTooLarge) {
        report(
          [this.#key, element.index],
          `is larger than ${formatMegabytes(this.#limits.elementBytes)}; it begins at line ${element.line}`,
          'shorten it there',
        );
        yield { ...element, raw: undefined };
        continue;
      }
      const raw = parse(element);
      if (raw === undefined) throw this.#explain();
      if (hasDuplicateKey(element.properties, raw)) {
        reportDuplicateKeys(element.text, report, [this.#key, element.index], (line) => line + element.line);
      }
      this.#offsets[element.index] = element.offset;
      this.#lengths[element.index] = element.bytes.length;
      yield { ...element, raw };
    }
  }

  /** Reads an element again. */
  at(index: number): unknown {
    const bytes = this.#bytes.read(this.#offsets[index] ?? 0, this.#lengths[index] ?? 0);
    try {
      return JSON.parse(bytes.toString());
    } catch (cause) {
      this.#bytes.checkUnchanged();
      throw cause;
    }
  }

  /** Reports keys that are twice outside the list. */
  reportDuplicateKeys(report: Report): void {
    reportDuplicateKeys(this.textAround, report, [], (line, offset) => this.#around.lineOf(line, offset));
  }

  /** The text of the file with an empty list, or without one when it has none. What is in large values is left out. */
  get textAround(): string {
    return this.#around.text;
  }

  /** @returns line and column in the file for a character of `textAround` */
  placeAround(index: number): readonly [number, number] {
    return this.#around.placeOf(index);
  }

  /** @returns the elements as they are written */
  texts(): Generator<ListElement, Outline> {
    return splitList(this.#bytes, this.#key, this.#limits);
  }

  #explainTooMuch(): UnreadableFile {
    const limit = formatMegabytes(2 * this.#limits.aroundBytes);
    return new UnreadableFile({
      problem: `has more than ${limit} outside the list "${this.#key}"`,
      fix: `write all of them as "${this.#key}": [ … ], and remove what the file need not have`,
    });
  }

  /** @returns the first thing that is wrong with the file */
  #explain(): UnreadableFile {
    const wrong = checkEncoding(this.#bytes);
    if (wrong) return new UnreadableFile(wrong);
    const { what, place } = this.#findError();
    const where = place ? ` at line ${place[0]}, column ${place[1]}` : '';
    return new UnreadableFile({
      problem: `is not valid JSON: ${what}${where}`,
      fix: 'correct it there; an editor shows the place',
    });
  }

  /** Reads on from the first element that is broken: what is before it is not needed to find out what is wrong there. */
  #findError(): LocatedError {
    const elements = this.texts();
    for (;;) {
      let next: IteratorResult<ListElement, Outline>;
      try {
        next = elements.next();
      } catch (error) {
        if (!(error instanceof BrokenList)) throw error;
        return this.#findErrorFrom(error.before, error.place);
      }
      if (next.done) return this.#findErrorFrom(next.value.before, next.value.end);
      const element = next.value;
      if (!element.isTooLarge && parse(element) === undefined)
        return this.#findErrorFrom(element.before, element);
    }
  }

  #findErrorFrom(parts: readonly AroundPart[], { offset, line, column }: Place): LocatedError {
    const around = new AroundText(parts);
    const before = around.text;
    const rest = this.#bytes.read(offset, explainedBytes).toString();
    const { what, offset: index } = findSyntaxError(before + rest);
    if (index === undefined) return { what, place: undefined };
    if (index < before.length) return { what, place: around.placeOf(index) };
    return { what, place: moveOn([line, column], rest.slice(0, index - before.length)) };
  }
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toLocaleString('en-US')} MB`;
}

/** @returns the value of an element; undefined when it is not JSON in UTF-8 */
function parse({ text, bytes }: ListElement): unknown {
  // Decoding replaces what is not UTF-8.
  if (text.includes('\uFFFD') && !isUtf8(bytes)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns whether a text has more properties than its value, which has each key once */
function hasDuplicateKey(properties: number, value: unknown): boolean {
  try {
    return countProperties(value) !== properties;
  } catch {
    // Brackets are nested too deeply: the schema rejects it.
    return false;
  }
}
