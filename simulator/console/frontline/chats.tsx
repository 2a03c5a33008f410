import type { SimulatedConversation } from '../../api';
import { Chat } from '../chat/chat';
import { Avatar } from '../controls/avatar';
import { VirtualList } from '../lists/virtual-list';
import { titleOf } from '../state/names';
import { showConversation } from '../state/show-conversation';
import { chat, worker } from '../state/state';
import { Templates } from './templates';

/** The conversations that the worker is in. */
export function ChatList({
  conversations: all,
  onEnd,
}: {
  conversations: SimulatedConversation[];
  onEnd(): void;
}) {
  if (all.length === 0) {
    return (
      <div class="empty">
        <p>No chats yet.</p>
        <p>When a customer writes and routing chooses this worker, the chat appears here.</p>
      </div>
    );
  }
  return (
    <VirtualList
      items={all}
      keyOf={({ sid }) => sid}
      estimate={57}
      attributes={{ class: 'list', role: 'list', 'aria-label': 'Chats' }}
      itemAttributes={() => ({ role: 'listitem' })}
      onEnd={onEnd}
    >
      {(one) => (
        <button
          type="button"
          data-testid={`worker-chat-${one.sid}`}
          onClick={() => void showConversation(one.sid)}
        >
          <Avatar name={titleOf(one)} />
          <span class="grow">
            <strong>{titleOf(one)}</strong>
            <small>{one.messages.at(-1)?.body ?? 'No messages'}</small>
          </span>
          {one.state !== 'active' && <em>{one.state}</em>}
        </button>
      )}
    </VirtualList>
  );
}

/** One conversation, with templates to write from. */
export function WorkerChat({ conversation }: { conversation: SimulatedConversation }) {
  const customer = conversation.participants.find(({ address }) => address);
  const customerId = String(customer?.attributes.customer_id ?? '');
  return (
    <Chat
      id="worker"
      conversation={conversation}
      me={worker.value}
      onBack={() => (chat.value = undefined)}
      above={(write) =>
        customerId !== '' && (
          <Templates
            key={conversation.sid}
            customerId={customerId}
            conversationSid={conversation.sid}
            onPick={write}
          />
        )
      }
    />
  );
}
