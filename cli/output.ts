import { styleText } from 'node:util';
import { Command } from 'commander';

/**
 * Decides as Commander does for its help: not with NO_COLOR, always with FORCE_COLOR, else on a terminal only.
 *
 * @returns whether what is printed there may have colors
 */
export function hasColors(stream: 'stdout' | 'stderr'): boolean {
  const { getOutHasColors, getErrHasColors } = new Command().configureOutput();
  return (stream === 'stdout' ? getOutHasColors : getErrHasColors)?.() ?? false;
}

/** Colors a text, or leaves it as it is. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** @returns what colors the texts that are printed there, where that may be */
export function paintFor(stream: 'stdout' | 'stderr'): Paint {
  if (!hasColors(stream)) return (_format, text) => text;
  return (format, text) => styleText(format, text, { validateStream: false });
}

/** Prints the one JSON document of a command that was called with `--json`. */
export function printJson(value: object): void {
  console.log(JSON.stringify(value, null, 2));
}
