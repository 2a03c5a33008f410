import { useEffect, useState } from 'preact/hooks';
import { Avatar } from '../controls/avatar';
import { Icon } from '../controls/icon';
import { call } from '../state/control-api';
import { worker } from '../state/state';

interface Row {
  customer_id: string;
  display_name: string;
}

/** The customers that the callback lists for this worker, page by page. */
export function CustomerList({ onOpen }: { onOpen(id: string): void }) {
  const [rows, setRows] = useState<Row[] | undefined>();
  const [next, setNext] = useState<string | undefined>();
  const [query, setQuery] = useState('');

  const load = async (token: string): Promise<void> => {
    const parameters = new URLSearchParams({ worker: worker.value, query, token, pageSize: '10' });
    const answer = await call<{ customers: Row[]; nextPageToken?: string }>(
      'GET',
      `/api/app/customers?${parameters}`,
    );
    if (!answer) return;
    setRows((before) => (token ? [...(before ?? []), ...answer.customers] : answer.customers));
    setNext(answer.nextPageToken);
  };
  // Waits until the user stops typing.
  useEffect(() => {
    const timer = setTimeout(() => void load(''), query ? 250 : 0);
    return () => clearTimeout(timer);
  }, [query]);

  return (
    <div class="scroll">
      <input
        class="input search"
        type="search"
        placeholder="Name, number, e-mail, or customer ID"
        aria-label="Search my customers by name, number, e-mail address, or customer ID"
        data-testid="customer-search"
        value={query}
        onInput={(event) => setQuery(event.currentTarget.value)}
      />
      <ul class="list">
        {rows?.map(({ customer_id, display_name }) => (
          <li key={customer_id}>
            <button
              type="button"
              data-testid={`customer-row-${customer_id}`}
              onClick={() => onOpen(customer_id)}
            >
              <Avatar name={display_name} />
              <span class="grow">
                <strong>{display_name}</strong>
                <small>{customer_id}</small>
              </span>
              <Icon name="chevron" />
            </button>
          </li>
        ))}
      </ul>
      {rows?.length === 0 && (
        <p class="empty">{query ? 'No customer found.' : 'This worker has no customers.'}</p>
      )}
      {next && (
        <button
          type="button"
          class="link center"
          data-testid="customers-more"
          onClick={() => void load(next)}
        >
          More
        </button>
      )}
    </div>
  );
}
