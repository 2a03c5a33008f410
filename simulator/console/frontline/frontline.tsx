import { useState } from 'preact/hooks';
import { Tabs } from '../controls/tabs';
import { call } from '../state/control-api';
import { useConversationList } from '../state/conversations';
import { chat, loaded, tab, worker, workers } from '../state/state';
import { ChatList, WorkerChat } from './chats';
import { CustomerCard } from './customer-card';
import { CustomerList } from './customer-list';

/** Chooses the worker, and sets whether they are available. */
export function FrontlineHead() {
  const me = workers.value.find(({ identity }) => identity === worker.value);
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
        {workers.value.map((one) => (
          <option key={one.identity} value={one.identity}>
            {one.displayName}
            {one.available ? '' : ' (unavailable)'}
          </option>
        ))}
      </select>
      {me && (
        <button
          type="button"
          class="toggle"
          role="switch"
          aria-checked={me.available}
          aria-label={`${me.displayName} is available`}
          data-testid="worker-available"
          onClick={() =>
            void call('PATCH', `/api/workers/${encodeURIComponent(me.identity)}`, {
              available: !me.available,
            })
          }
        >
          <i /> {me.available ? 'Available' : 'Unavailable'}
        </button>
      )}
    </>
  );
}

/** The Frontline app of one worker. */
export function Frontline() {
  const [card, setCard] = useState<string | undefined>();
  const { list: mine, hasMore, more } = useConversationList({ worker: worker.value });
  // An old chat that was opened elsewhere is not in the list yet.
  const opened = loaded.value.get(chat.value ?? '');
  const openChat = opened?.participants.some(({ identity }) => identity === worker.value)
    ? opened
    : undefined;
  const show = (next: typeof tab.value): void => {
    tab.value = next;
    setCard(undefined);
    chat.value = undefined;
  };

  return (
    <>
      <Tabs
        label="Frontline"
        panel="frontline-panel"
        class="tabs"
        chosen={tab.value}
        onChoose={show}
        tabs={[
          { value: 'chats', testId: 'tab-chats', content: `Chats ${mine.length || ''}${hasMore ? '+' : ''}` },
          { value: 'customers', testId: 'tab-customers', content: 'My customers' },
        ]}
      />
      <div
        class="tab-panel"
        id="frontline-panel"
        role="tabpanel"
        aria-label={tab.value === 'chats' ? 'Chats' : 'My customers'}
      >
        {openChat ? (
          <WorkerChat conversation={openChat} />
        ) : tab.value === 'chats' ? (
          <ChatList conversations={mine} onEnd={more} />
        ) : card === undefined ? (
          <CustomerList onOpen={setCard} />
        ) : (
          <CustomerCard id={card} onBack={() => setCard(undefined)} onStarted={() => (tab.value = 'chats')} />
        )}
      </div>
    </>
  );
}
