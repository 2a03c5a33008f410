import {
  defaultRangeExtractor,
  elementScroll,
  measureElement,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from '@tanstack/virtual-core';
import type { ComponentChildren, HTMLAttributes, RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

interface VirtualListProps<T> {
  items: readonly T[];
  keyOf(item: T): string | number;
  /** The height of an item before it is shown, in pixels. */
  estimate: number;
  gap?: number;
  /** The element that scrolls, for who needs it. */
  scroller?: RefObject<HTMLDivElement | null>;
  /** Its attributes. */
  attributes: HTMLAttributes<HTMLDivElement>;
  /** The attributes of each item's element. */
  itemAttributes?(item: T, index: number): HTMLAttributes<HTMLDivElement>;
  /** An item that is always there and scrolled to when it changes, e.g. an active option; -1 for none. */
  active?: number;
  /** Called as long as the last items are shown. */
  onEnd?(): void;
  /** Shown below the items. */
  after?: ComponentChildren;
  children(item: T, index: number): ComponentChildren;
}

/** How far from the top the list still counts as being at the top, in pixels. */
const nearTop = 8;

/**
 * A list of any length, of which only the visible items are in the page. At the top it stays at the top; further down, new
 * items above do not move what is being read.
 */
export function VirtualList<T>(props: VirtualListProps<T>) {
  const { items, keyOf, estimate, gap = 0, attributes, itemAttributes, active = -1, after, children } = props;
  const own = useRef<HTMLDivElement>(null);
  const scroller = props.scroller ?? own;
  const made = useRef<Virtualizer<HTMLDivElement, HTMLDivElement> | undefined>(undefined);
  const [, rerender] = useReducer((count: number) => count + 1, 0);
  const focused = (): number => {
    const item = document.activeElement?.closest<HTMLElement>('[data-index]');
    return item && scroller.current?.contains(item) ? Number(item.dataset.index) : -1;
  };
  const options = {
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => estimate,
    getItemKey: (index: number) => keyOf(items[index] as T),
    gap,
    overscan: 2,
    // Not the element's `scrollTop`: to read it would lay the page out anew.
    anchorTo: (made.current?.scrollOffset ?? 0) > nearTop ? ('end' as const) : ('start' as const),
    // What has the focus must not go away while somebody writes in it.
    rangeExtractor: (range: Parameters<typeof defaultRangeExtractor>[0]) => {
      const kept = [focused(), active].filter((index) => index >= 0 && index < items.length);
      return [...new Set([...defaultRangeExtractor(range), ...kept])].sort((a, b) => a - b);
    },
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    // Measuring at once would lay the page out anew for each item; the observer tells after the layout, before the paint.
    measureElement: ((element, entry, instance) =>
      entry
        ? measureElement(element, entry, instance)
        : (instance.itemSizeCache.get(keyOf(items[instance.indexFromElement(element)] as T)) ??
          estimate)) as typeof measureElement<HTMLDivElement>,
    onChange: () => rerender(0),
  };
  made.current ??= new Virtualizer(options);
  const virtualizer = made.current;
  virtualizer.setOptions(options);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => {
    if (active >= 0) virtualizer.scrollToIndex(active, { align: 'auto' });
  }, [active]);
  const shown = virtualizer.getVirtualItems();
  const isAtEnd = (shown.at(-1)?.index ?? -1) >= items.length - 1;
  useLayoutEffect(() => {
    if (isAtEnd) props.onEnd?.();
  });
  return (
    <div ref={scroller} {...attributes}>
      <div class="virtual" role="presentation" style={{ height: `${virtualizer.getTotalSize()}px` }}>
        {shown.map(({ index, key, start }) => {
          const item = items[index] as T;
          return (
            <div
              key={key}
              ref={virtualizer.measureElement}
              data-index={index}
              role="presentation"
              {...itemAttributes?.(item, index)}
              style={{ transform: `translateY(${start}px)` }}
            >
              {children(item, index)}
            </div>
          );
        })}
      </div>
      {after}
    </div>
  );
}
