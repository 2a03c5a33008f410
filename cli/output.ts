import { styleText } from 'node:util';
import { Command } from 'commander';

/**
 * Decides as Commander does for its help: never with NO_COLOR, always with FORCE_COLOR, else only on a terminal.
 *
 * @returns whether output to the stream may have colors
 */
export function hasColors(stream: 'stdout' | 'stderr'): boolean {
  const { getOutHasColors, getErrHasColors } = new Command().configureOutput();
  return (stream === 'stdout' ? getOutHasColors : getErrHasColors)?.() ?? false;
}

/** Adds colors to a text, or returns it unchanged. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** @returns a function that colors texts if the stream may have colors */
export function paintFor(stream: 'stdout' | 'stderr'): Paint {
  if (!hasColors(stream)) return (_format, text) => text;
  return (format, text) => styleText(format, text, { validateStream: false });
}

/** Prints the JSON output of a command that was called with `--json`. */
export function printJson(value: object): void {
  console.log(JSON.stringify(value, null, 2));
}

/** Keeps what people write on one line, and from controlling the terminal or reordering the line. */
export function toOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\s]+/gu, ' ').trim();
}
