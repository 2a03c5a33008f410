import { batch, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';

/** A list that the server finds page by page. */
export interface Pages<T> {
  items: T[];
  /** Whether `items` are of an earlier key, or none: the list is being loaded anew. */
  isStale: boolean;
  /** Whether there are more pages. */
  hasMore: boolean;
  /** Loads the next page, unless it is being loaded. */
  more(): void;
}

/**
 * @param key when it changes, the list is loaded anew; undefined: not at all
 * @param isTyping whether to wait until the user stops typing
 * @param load loads a page; `after` is the `next` of the page before
 */
export function usePages<T>(
  key: string | undefined,
  isTyping: boolean,
  load: (after: number | undefined) => Promise<{ items: T[]; next?: number | undefined }>,
): Pages<T> {
  const items = useSignal<T[]>([]);
  const next = useSignal<number | undefined>(undefined);
  const loaded = useSignal<string | undefined>(undefined);
  const latest = useRef(0);
  const isLoading = useRef(false);
  const loadPage = async (after?: number): Promise<void> => {
    const turn = ++latest.current;
    isLoading.current = true;
    const page = await load(after);
    // Somebody has typed on.
    if (turn !== latest.current) return;
    isLoading.current = false;
    batch(() => {
      items.value = after === undefined ? page.items : [...items.value, ...page.items];
      next.value = page.next;
      loaded.value = key;
    });
  };
  useEffect(() => {
    if (key === undefined) return;
    const timer = setTimeout(() => void loadPage(), isTyping ? 150 : 0);
    return () => {
      clearTimeout(timer);
      latest.current += 1;
    };
  }, [key]);
  return {
    items: items.value,
    isStale: loaded.value !== key,
    hasMore: next.value !== undefined,
    more: () => {
      if (next.value !== undefined && !isLoading.current && loaded.value === key) void loadPage(next.value);
    },
  };
}
