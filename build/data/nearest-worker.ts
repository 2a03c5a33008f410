import { fold, isClose } from '../../lib/text';

/** A worker as far as people name one. */
interface NamedWorker {
  identity: string;
  display_name?: string | undefined;
}

/**
 * Finds the worker who is meant by a text that is no identity of the data: one that differs by case, spaces or two
 * letters, or whose name it is.
 *
 * @returns the identity; undefined where nobody is close, or several are equally
 */
export function findNearestWorker(text: string, workers: readonly NamedWorker[]): string | undefined {
  const simple = (value: string): string => fold(value).replaceAll(' ', '');
  const ways: ((worker: NamedWorker) => boolean)[] = [
    ({ identity }) => simple(identity) === simple(text),
    ({ display_name }) => display_name !== undefined && simple(display_name) === simple(text),
    ({ identity }) => isClose(identity, text),
    ({ display_name }) => display_name !== undefined && isClose(display_name, text),
  ];
  // Two changes turn any short text into any other.
  for (const isMeant of text.length > 4 ? ways : ways.slice(0, 2)) {
    const meant = new Set(workers.filter(isMeant).map(({ identity }) => identity));
    if (meant.size === 1) return [...meant][0];
  }
  return undefined;
}

/** @returns a function that says how to fix an identity that the data does not know; it remembers its answers */
export function workerFixes(known: ReadonlySet<string>, fix: string): (identity: string) => string {
  const workers = [...known].map((identity) => ({ identity }));
  const fixes = new Map<string, string>();
  return (identity) => {
    let found = fixes.get(identity);
    if (found === undefined) {
      const nearest = findNearestWorker(identity, workers);
      found = nearest === undefined ? fix : `did you mean ${JSON.stringify(nearest)}? Otherwise ${fix}`;
      fixes.set(identity, found);
    }
    return found;
  };
}
