import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { CustomerLines } from '../../api-lists';
import { ask } from '../state/control-api';

/** How many customers are asked for at once: their ids must fit in an address. */
const askedAtOnce = 20;

/**
 * Asks on which lines customers stand, one question at a time: the first answer takes seconds when the file is large, and
 * more questions that wait would hold up the others of the page.
 *
 * @param key when it changes, the file may have changed
 * @returns the lines of those for whom an answer has come; null for one who is not in the file
 */
export function useLines(ids: readonly string[], key: unknown): ReadonlyMap<string, number | null> {
  const known = useSignal<{ key: unknown; lines: ReadonlyMap<string, number | null> }>({
    key,
    lines: new Map(),
  });
  const isAsking = useRef(false);
  const lines = known.value.key === key ? known.value.lines : new Map<string, number | null>();
  const askNext = async (): Promise<void> => {
    const wanted = ids.filter((id) => !lines.has(id)).slice(0, askedAtOnce);
    if (isAsking.current || wanted.length === 0) return;
    isAsking.current = true;
    const parameters = new URLSearchParams(wanted.map((id) => ['id', id]));
    const found = await ask<CustomerLines>(`/api/data/lines?${parameters}`);
    isAsking.current = false;
    if (found) known.value = { key, lines: new Map([...lines, ...Object.entries(found.lines)]) };
  };
  useEffect(() => void askNext());
  return lines;
}
