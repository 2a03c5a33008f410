import { useEffect, useState } from 'preact/hooks';
import type { ActionResult, SimulatedChannel, SimulatedConversation } from '../api';
import { Chat } from './chat';
import { Icon } from './icons';
import { Avatar } from './phones';
import {
  call,
  chat,
  conversations,
  customers,
  nameOf,
  showConversation,
  snapshot,
  tab,
  titleOf,
  worker,
} from './store';

/** Who the worker is, and whether at work. */
export function FrontlineHead() {
  const workers = snapshot.value?.workers ?? [];
  const me = workers.find(({ identity }) => identity === worker.value);
  return (
    <>
      <select
        class="select"
        aria-label="Worker"
        data-testid="worker-select"
        value={worker.value}
        onChange={(event) => {
          worker.value = event.currentTarget.value;
          chat.value = undefined;
        }}
      >
        {workers.map((one) => (
          <option key={one.identity} value={one.identity}>
            {one.displayName}
            {one.available ? '' : ' (away)'}
          </option>
        ))}
      </select>
      {me && (
        <button
          type="button"
          class="toggle"
          role="switch"
          aria-checked={me.available}
          data-testid="worker-available"
          onClick={() =>
            void call('PATCH', `/api/workers/${encodeURIComponent(me.identity)}`, {
              available: !me.available,
            })
          }
        >
          <i /> {me.available ? 'Available' : 'Away'}
        </button>
      )}
    </>
  );
}

/** The worker's side: the Frontline app of one worker. */
export function Frontline() {
  const [card, setCard] = useState<string | undefined>();
  const mine = conversations.value.filter((one) =>
    one.participants.some(({ identity }) => identity === worker.value),
  );
  const openChat = mine.find(({ sid }) => sid === chat.value);
  const show = (next: typeof tab.value): void => {
    tab.value = next;
    setCard(undefined);
    chat.value = undefined;
  };

  return (
    <>
      <div class="tabs" role="tablist" aria-label="In the app">
        {(['chats', 'customers'] as const).map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            aria-selected={one === tab.value}
            data-testid={`tab-${one}`}
            onClick={() => show(one)}
          >
            {one === 'chats' ? `Chats ${mine.length || ''}` : 'My customers'}
          </button>
        ))}
      </div>
      {openChat ? (
        <WorkerChat conversation={openChat} />
      ) : tab.value === 'chats' ? (
        <ChatList conversations={mine} />
      ) : card === undefined ? (
        <CustomerList onOpen={setCard} />
      ) : (
        <CustomerCard id={card} onBack={() => setCard(undefined)} onStarted={() => (tab.value = 'chats')} />
      )}
    </>
  );
}

function ChatList({ conversations: all }: { conversations: SimulatedConversation[] }) {
  if (all.length === 0) {
    return (
      <div class="empty">
        <p>No chats yet.</p>
        <p>When a customer texts in and routing chooses this worker, the chat appears here.</p>
      </div>
    );
  }
  return (
    <ul class="list">
      {all.map((one) => (
        <li key={one.sid}>
          <button
            type="button"
            data-testid={`worker-chat-${one.sid}`}
            onClick={() => showConversation(one.sid)}
          >
            <Avatar name={titleOf(one)} />
            <span class="grow">
              <strong>{titleOf(one)}</strong>
              <small>{one.messages.at(-1)?.body ?? 'No messages'}</small>
            </span>
            {one.state !== 'active' && <em>{one.state}</em>}
          </button>
        </li>
      ))}
    </ul>
  );
}

function WorkerChat({ conversation }: { conversation: SimulatedConversation }) {
  const customer = conversation.participants.find(({ address }) => address);
  const customerId = String(customer?.attributes.customer_id ?? '');
  return (
    <Chat
      id="worker"
      conversation={conversation}
      me={worker.value}
      onBack={() => (chat.value = undefined)}
      helps={(write) =>
        customerId !== '' && (
          <Templates customerId={customerId} conversationSid={conversation.sid} onPick={write} />
        )
      }
    />
  );
}

interface TemplatesProps {
  customerId: string;
  conversationSid: string;
  onPick(content: string): void;
}

interface Category {
  display_name: string;
  templates: { content: string; whatsAppApproved?: boolean }[];
}

function Templates({ customerId, conversationSid, onPick }: TemplatesProps) {
  const [categories, setCategories] = useState<Category[] | undefined>();
  const load = async (): Promise<void> => {
    if (categories) return setCategories(undefined);
    const query = new URLSearchParams({ worker: worker.value, customerId, conversationSid });
    const answer = await call<{ categories: Category[] }>('GET', `/api/app/templates?${query}`);
    setCategories(answer?.categories ?? []);
  };
  return (
    <div class="templates">
      <button
        type="button"
        class="link"
        aria-expanded={categories !== undefined}
        data-testid="templates"
        onClick={() => void load()}
      >
        Templates
      </button>
      {categories?.length === 0 && <small>No template fits this customer.</small>}
      {categories?.map(({ display_name, templates }) => (
        <fieldset key={display_name}>
          <legend>{display_name}</legend>
          {templates.map(({ content, whatsAppApproved }) => (
            <button
              key={content}
              type="button"
              class="template"
              onClick={() => {
                onPick(content);
                setCategories(undefined);
              }}
            >
              {content} {whatsAppApproved && <em>WhatsApp ✓</em>}
            </button>
          ))}
        </fieldset>
      ))}
    </div>
  );
}

interface Row {
  customer_id: string;
  display_name: string;
}

function CustomerList({ onOpen }: { onOpen(id: string): void }) {
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
  // Typing is waited out.
  useEffect(() => {
    const timer = setTimeout(() => void load(''), query ? 250 : 0);
    return () => clearTimeout(timer);
  }, [query]);

  return (
    <div class="scroll">
      <input
        class="input search"
        type="search"
        placeholder="Search names and numbers"
        aria-label="Search my customers"
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
        <p class="empty">{query ? 'Nobody is found.' : 'This worker has no customers.'}</p>
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

interface Card extends Row {
  channels: { type: string; value: string }[];
  links?: { value: string; display_name: string }[];
  details?: { title: string; content: string };
}

function CustomerCard({ id, onBack, onStarted }: { id: string; onBack(): void; onStarted(): void }) {
  const [card, setCard] = useState<Card | null | undefined>();
  useEffect(() => {
    const query = new URLSearchParams({ worker: worker.value });
    void call<{ customer: Card | null }>('GET', `/api/app/customers/${encodeURIComponent(id)}?${query}`).then(
      (answer) => setCard(answer?.customer ?? null),
    );
  }, [id]);

  const start = async (channel: SimulatedChannel): Promise<void> => {
    const result = await call<ActionResult>('POST', '/api/outgoing', {
      worker: worker.value,
      customerId: id,
      channel,
    });
    if (!result?.conversationSid) return;
    onStarted();
    showConversation(result.conversationSid);
  };

  if (card === undefined) return <p class="empty">…</p>;
  const known = customers.value.find(({ customerId }) => customerId === id);
  return (
    <div class="scroll card">
      <button type="button" class="link" onClick={onBack}>
        <Icon name="back" /> My customers
      </button>
      {card === null ? (
        <p class="empty">The callback did not answer a customer; the timeline says why.</p>
      ) : (
        <>
          <div class="card-head">
            <Avatar name={card.display_name} />
            <div>
              <strong>{card.display_name}</strong>
              <small>{card.customer_id}</small>
            </div>
          </div>
          <dl>
            {card.channels.map(({ type, value }) => (
              <div key={type + value}>
                <dt>{type}</dt>
                <dd>
                  {value}
                  {(type === 'sms' || type === 'whatsapp') && (
                    <button
                      type="button"
                      class="button"
                      data-testid={`start-${type}`}
                      onClick={() => void start(type)}
                    >
                      Text
                    </button>
                  )}
                </dd>
              </div>
            ))}
          </dl>
          {card.details?.content && (
            <>
              <h3>{card.details.title}</h3>
              <p>{card.details.content}</p>
            </>
          )}
          {card.links?.map(({ value, display_name }) => (
            <p key={value}>
              <span class="pill">{display_name}</span> <small>{value}</small>
            </p>
          ))}
          {known?.worker && <small>owned by {nameOf(known.worker)}</small>}
        </>
      )}
    </div>
  );
}
