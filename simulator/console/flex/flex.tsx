import { Chat } from '../chat/chat';
import { agent, agents, conversations, flexChat, snapshot } from '../state/state';
import { Interactions } from './interactions';
import { NewConversation } from './new-conversation';
import { Outcome } from './outcome';

/** Chooses the agent. */
export function FlexHead() {
  return (
    <select
      class="select"
      aria-label="Agent"
      data-testid="flex-agent"
      value={agent.value}
      onChange={(event) => {
        agent.value = event.currentTarget.value;
        flexChat.value = undefined;
      }}
    >
      {agents.value.map(({ name, displayName }) => (
        <option key={name} value={name}>
          {displayName}
        </option>
      ))}
    </select>
  );
}

/** Flex, as one agent sees it. */
export function Flex() {
  const me = agents.value.find(({ name }) => name === agent.value);
  const openChat = conversations.value.find(({ sid }) => sid === flexChat.value);
  if (!me) return <p class="empty">Flex has no agents: add workers to the routing data.</p>;
  if (openChat) {
    return (
      <Chat
        key={openChat.sid}
        id="flex"
        conversation={openChat}
        me={me.identity}
        onBack={() => (flexChat.value = undefined)}
      />
    );
  }
  const interactions = snapshot.value?.flex.interactions ?? [];
  return (
    <div class="scroll">
      <NewConversation />
      <Outcome />
      <Interactions interactions={interactions.filter((one) => one.agent === me.name)} />
    </div>
  );
}
