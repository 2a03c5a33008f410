import type { ConversationView } from '../../api-lists';
import type { ConversationFilter } from '../../conversation-filter';
import { Avatar } from '../controls/avatar';
import { VirtualList } from '../lists/virtual-list';
import { call } from '../state/control-api';
import { takeConversations, useConversationList } from '../state/conversations';
import { customerOf, nameOf, titleOf } from '../state/names';
import { filterTimeline, showConversation } from '../state/show-conversation';
import { agents, conversationFilter as filter, workers } from '../state/state';

const states = ['initializing', 'active', 'inactive', 'closed'] as const;

/** All conversations, with a search and filters. */
export function Conversations() {
  const { query = '', state = '', unrouted = false } = filter.value;
  const { list, isLoading, more } = useConversationList(filter.value);
  const change = (part: ConversationFilter): void => {
    const { query, state, unrouted } = { ...filter.value, ...part };
    filter.value = { ...(query && { query }), ...(state && { state }), ...(unrouted && { unrouted }) };
  };
  const isFiltered = Object.keys(filter.value).length > 0;
  return (
    <div class="pane-box">
      <div class="filters">
        <input
          class="input grow"
          type="search"
          placeholder="Name, number, worker, SID, or last message"
          aria-label="Search conversations"
          data-testid="conversation-search"
          value={query}
          onInput={(event) => change({ query: event.currentTarget.value })}
        />
        <select
          class="select"
          aria-label="State"
          data-testid="conversation-state"
          value={state}
          onChange={(event) => change({ state: event.currentTarget.value })}
        >
          <option value="">any state</option>
          {states.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <button
          type="button"
          class="button"
          aria-pressed={unrouted}
          data-testid="conversation-unrouted"
          onClick={() => change({ unrouted: !unrouted })}
        >
          Unrouted
        </button>
      </div>
      {list.length === 0 ? (
        <p class="empty" role="status">
          {isLoading
            ? 'Loading…'
            : isFiltered
              ? 'No conversation matches.'
              : 'No conversations yet: one begins when a customer writes, or a worker does.'}
        </p>
      ) : (
        <VirtualList
          items={list}
          keyOf={({ sid }) => sid}
          estimate={96}
          attributes={{ class: 'conversation-list', role: 'list', 'aria-label': 'Conversations' }}
          itemAttributes={({ sid }) => ({ role: 'listitem', 'data-testid': `conversation-${sid}` })}
          onEnd={more}
        >
          {(one) => <Row conversation={one} />}
        </VirtualList>
      )}
    </div>
  );
}

function Row({ conversation }: { conversation: ConversationView }) {
  const { sid, state, unrouted, participants, messages, messageCount } = conversation;
  const title = titleOf(conversation);
  const customer = customerOf(conversation);
  const isColleague = (identity: string | undefined): boolean =>
    [...workers.value, ...agents.value].some((one) => one.identity === identity);
  const members = participants.flatMap(({ identity }) =>
    identity && isColleague(identity) ? [nameOf(identity)] : [],
  );
  const open = (): void => {
    filterTimeline(sid);
    void showConversation(sid);
  };
  return (
    <div class="conversation">
      <button
        type="button"
        class="conversation-main"
        title="Show it on both sides, and only it in the timeline"
        data-testid={`open-${sid}`}
        onClick={open}
      >
        <Avatar name={title} />
        <span class="grow">
          <strong>{title}</strong>
          <small>
            {customer ?? 'no customer'} · {members.length > 0 ? members.join(', ') : 'no worker'}
          </small>
          <small>
            {messageCount === 0 ? 'no messages' : `${messageCount} · ${messages.at(-1)?.body ?? ''}`}
          </small>
        </span>
        {unrouted && <b class="pill warning">unrouted</b>}
        <b class={`pill ${state === 'active' ? 'ok' : 'past'}`}>{state}</b>
      </button>
      <div class="row conversation-actions">
        {state === 'closed' ? (
          <small>Closed for good: the customer’s next message starts another one.</small>
        ) : (
          <>
            <AddWorker conversation={conversation} />
            {state === 'inactive' && (
              <StateButton sid={sid} id={`activate-${sid}`} state="active" text="Make active" />
            )}
            {state === 'active' && (
              <StateButton sid={sid} id={`deactivate-${sid}`} state="inactive" text="Make inactive" />
            )}
            <StateButton sid={sid} id={`close-${sid}`} state="closed" text="Close" />
          </>
        )}
      </div>
    </div>
  );
}

function StateButton({ sid, id, state, text }: { sid: string; id: string; state: string; text: string }) {
  return (
    <button
      type="button"
      class="button"
      data-testid={id}
      onClick={() => void call('POST', `/api/conversations/${sid}`, { state })}
    >
      {text}
    </button>
  );
}

/** Adds a worker or an agent who is not in the conversation. */
function AddWorker({ conversation: { sid, participants } }: { conversation: ConversationView }) {
  const isIn = (identity: string): boolean => participants.some((one) => one.identity === identity);
  const names = new Set(workers.value.map(({ identity }) => identity));
  const all = [
    ...workers.value.map(({ identity, displayName }) => ({ identity, name: displayName })),
    ...agents.value.flatMap(({ identity, displayName }) =>
      names.has(identity) ? [] : [{ identity, name: `${displayName} (Flex)` }],
    ),
  ];
  const add = async (select: HTMLSelectElement): Promise<void> => {
    const { value: worker } = select;
    select.value = '';
    const view = await call<ConversationView>('POST', `/api/conversations/${sid}/workers`, { worker });
    if (view) takeConversations([view]);
  };
  return (
    <select
      class="select"
      aria-label="Add a worker"
      data-testid={`add-worker-${sid}`}
      value=""
      onChange={(event) => void add(event.currentTarget)}
    >
      <option value="" disabled>
        Add a worker…
      </option>
      {all
        .filter(({ identity }) => !isIn(identity))
        .map(({ identity, name }) => (
          <option key={identity} value={identity}>
            {name}
          </option>
        ))}
    </select>
  );
}
