import type { ComponentChildren } from 'preact';
import { VirtualList } from '../lists/virtual-list';

interface TableProps<T> {
  label: string;
  /** What is searched in, as the field's placeholder. */
  search: string;
  query: string;
  onSearch(text: string): void;
  columns: string[];
  /** Of the columns, as a grid has them. */
  widths: string;
  items: readonly T[];
  keyOf(item: T): string;
  /** Whether the items are not those that are searched for yet. */
  isSearching?: boolean;
  /** Whether there are more items than those that are loaded. */
  hasMore?: boolean;
  onEnd?(): void;
  /** Shown below an item's cells. */
  below?(item: T): ComponentChildren;
  /** @returns the cells of a row */
  children(item: T): ComponentChildren[];
}

// The rows of a table are not interactive, as those of a grid are.
const headRow = { role: 'row' } as const;
const columnHead = { role: 'columnheader' } as const;

/** A read-only table of any length, with a search. */
export function Table<T>(props: TableProps<T>) {
  const {
    label,
    search,
    query,
    onSearch,
    columns,
    widths,
    items,
    keyOf,
    isSearching,
    hasMore,
    onEnd,
    below,
    children,
  } = props;
  const found = `${items.length.toLocaleString('en')}${hasMore ? '+' : ''} found`;
  return (
    <>
      <div class="filters">
        <input
          class="input grow"
          type="search"
          placeholder={search}
          aria-label={`Search: ${search}`}
          data-testid="data-search"
          value={query}
          onInput={(event) => onSearch(event.currentTarget.value)}
        />
        <span class="found" role="status" data-testid="data-found">
          {query !== '' && !isSearching && found}
        </span>
      </div>
      <div class="data-table" role="table" aria-label={label} style={{ '--columns': widths }}>
        <div role="rowgroup">
          <div class="data-row head" {...headRow}>
            {columns.map((column) => (
              <span key={column} {...columnHead}>
                {column}
              </span>
            ))}
          </div>
        </div>
        <VirtualList
          items={items}
          keyOf={keyOf}
          estimate={34}
          attributes={{ class: 'data-rows', role: 'rowgroup', tabIndex: 0, 'aria-busy': isSearching }}
          itemAttributes={(item) => ({
            role: 'row',
            class: 'data-row',
            'data-testid': `data-row-${keyOf(item)}`,
          })}
          {...(onEnd && { onEnd })}
        >
          {(item) => (
            <>
              {children(item).map((cell, index) => (
                <span key={columns[index]} role="cell">
                  {cell}
                </span>
              ))}
              {below?.(item)}
            </>
          )}
        </VirtualList>
        {items.length === 0 && <p class="empty">{isSearching ? 'Searching…' : 'Nothing found.'}</p>}
      </div>
    </>
  );
}
