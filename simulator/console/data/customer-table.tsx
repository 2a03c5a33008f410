import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { DataFile } from '../../api-lists';
import { searchCustomers } from '../lists/search-customers';
import { usePages } from '../lists/use-pages';
import { ask } from '../state/control-api';
import { nameOf } from '../state/names';
import { epoch } from '../state/state';
import { Place } from './file-table';
import { Table } from './table';
import { useLines } from './use-lines';

const file = 'assets/customers.private.json';

/** The customers, page by page; a click shows everything that the file says about one. */
export function CustomerTable() {
  const query = useSignal('');
  const opened = useSignal<string | undefined>(undefined);
  const { items, isStale, hasMore, more } = usePages(
    `${epoch.value} ${query.value}`,
    query.value !== '',
    async (after) => {
      const { customers, next } = await searchCustomers({ query: query.value }, after);
      return { items: customers.filter(({ customerId }) => customerId !== undefined), next };
    },
  );
  const lines = useLines(
    items.flatMap(({ customerId }) => customerId ?? []),
    epoch.value,
  );
  return (
    <Table
      label="Customers"
      search="Name, number, e-mail, or customer ID"
      query={query.value}
      onSearch={(text) => (query.value = text)}
      columns={['Name', 'Addresses', 'Worker', 'Place']}
      widths="minmax(0, 1.1fr) minmax(0, 1.3fr) minmax(0, 0.8fr) 172px"
      items={items}
      keyOf={({ customerId }) => customerId ?? ''}
      isSearching={isStale}
      hasMore={hasMore}
      onEnd={more}
      below={({ customerId = '' }) =>
        opened.value === customerId && <Values key={customerId} customerId={customerId} />
      }
    >
      {({ customerId = '', displayName, addresses, worker }) => [
        <button
          key="name"
          type="button"
          class="link"
          aria-expanded={opened.value === customerId}
          data-testid={`data-open-${customerId}`}
          onClick={() => (opened.value = opened.value === customerId ? undefined : customerId)}
        >
          {displayName}
          <small>{customerId}</small>
        </button>,
        addresses.map(({ value }) => value).join(', '),
        worker === undefined ? '—' : nameOf(worker),
        <LineOf key="place" line={lines.get(customerId)} />,
      ]}
    </Table>
  );
}

/** @param line null for a customer who is not in the file, undefined while nobody knows */
function LineOf({ line }: { line: number | null | undefined }) {
  if (line === undefined) return <span class="place">…</span>;
  return line === null ? '—' : <Place file={file} line={line} />;
}

/** All values of a customer with their lines. */
function Values({ customerId }: { customerId: string }) {
  const found = useSignal<DataFile | undefined>(undefined);
  useEffect(() => {
    const path = `/api/data/customers/${encodeURIComponent(customerId)}`;
    void ask<DataFile>(path).then((answer) => (found.value = answer));
  }, [customerId, epoch.value]);
  return (
    <div class="values" role="cell" data-testid="data-values">
      {found.value === undefined && <p class="empty">Looking in the file…</p>}
      <dl>
        {found.value?.rows.map(({ path, value, line }) => (
          <div key={path}>
            <dt>
              <code>{path}</code>
            </dt>
            <dd>
              {value} <Place file={file} line={line} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
