import { firstWhere } from '../../../lib/binary-search';
import type { AroundPart } from '../../../lib/large-files/split-list';
import { moveOn } from '../encoding';

/** A part with its text, and where that begins in the text of all. */
interface TextPart {
  text: string;
  start: number;
  /** From 0. */
  startLine: number;
  place: readonly [number, number];
}

/** The text around a list. It can have less than the file, which its places are in. */
export class AroundText {
  readonly text: string;
  readonly #parts: TextPart[] = [];

  constructor(parts: readonly AroundPart[]) {
    let [start, startLine] = [0, 0];
    for (const { bytes, line, column } of parts) {
      const text = bytes.toString();
      this.#parts.push({ text, start, startLine, place: [line, column] });
      start += text.length;
      startLine = moveOn([startLine, 1], text)[0];
    }
    this.text = this.#parts.map(({ text }) => text).join('');
  }

  /** @returns line and column in the file for a character of the text */
  placeOf(index: number): readonly [number, number] {
    const part = this.#partAt(index);
    return part ? moveOn(part.place, part.text.slice(0, index - part.start)) : [1, 1];
  }

  /** @returns the line in the file for a character of the text, and its line there, from 0 */
  lineOf(line: number, index: number): number {
    const part = this.#partAt(index);
    return part ? line - part.startLine + part.place[0] : line + 1;
  }

  #partAt(index: number): TextPart | undefined {
    const after = firstWhere(1, this.#parts.length, (part) => (this.#parts[part] as TextPart).start > index);
    return this.#parts[after - 1];
  }
}
