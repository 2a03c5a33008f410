import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { TimelineEntry } from '../../api';

/** So far from the top somebody reads, in pixels. */
const readingFrom = 60;

/** Tells a user who reads further down how many cards have come in at the top, and leads there. */
export function NewEntries({
  list,
  traces,
}: {
  list: RefObject<HTMLElement | null>;
  traces: TimelineEntry[][];
}) {
  const newest = useRef(0);
  newest.current = traces[0]?.[0]?.id ?? 0;
  // The newest card when the user scrolled away; undefined at the top.
  const [seen, setSeen] = useState<number | undefined>();
  useEffect(() => {
    const element = list.current;
    const onScroll = (): void => {
      const isAway = (element?.scrollTop ?? 0) > readingFrom;
      setSeen((before) => (isAway ? (before ?? newest.current) : undefined));
    };
    element?.addEventListener('scroll', onScroll, { passive: true });
    return () => element?.removeEventListener('scroll', onScroll);
  }, [list]);
  if (seen === undefined) return null;
  const firstSeen = traces.findIndex(([first]) => (first?.id ?? 0) <= seen);
  const count = firstSeen < 0 ? traces.length : firstSeen;
  if (count === 0) return null;
  return (
    <button
      type="button"
      class="button primary new-entries"
      data-testid="new-entries"
      onClick={() => list.current?.scrollTo({ top: 0 })}
    >
      {count} new
    </button>
  );
}
