import type { FlexInteraction } from '../api';
import { Chat } from './chat';
import { channelNames, NewConversation } from './flex-form';
import { FlexOutcome } from './flex-outcome';
import { Avatar } from './phones';
import { agent, agents, conversations, flexChat, showConversation, snapshot, titleOf } from './store';

/** Who the agent is. */
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

/** The contact centre of one agent, who writes to customers first. */
export function Flex() {
  const me = agents.value.find(({ name }) => name === agent.value);
  const openChat = conversations.value.find(({ sid }) => sid === flexChat.value);
  if (!me) return <p class="empty">Nobody works in Flex: add workers to the routing data.</p>;
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
      <FlexOutcome />
      <Interactions interactions={interactions.filter((one) => one.agent === me.name)} />
    </div>
  );
}

function Interactions({ interactions }: { interactions: FlexInteraction[] }) {
  return (
    <section aria-labelledby="flex-interactions">
      <h3 class="part" id="flex-interactions">
        Interactions
      </h3>
      {interactions.length === 0 && <p class="empty">This agent has started none yet.</p>}
      <ul class="list">
        {interactions.map((one) => (
          <Interaction key={one.sid} interaction={one} />
        ))}
      </ul>
    </section>
  );
}

const levels: Record<FlexInteraction['status'], string> = {
  setup: 'warning',
  active: 'ok',
  failed: 'failed',
  closed: 'past',
  inactive: 'past',
};

function Interaction({ interaction }: { interaction: FlexInteraction }) {
  const { sid, channel, status, errorCode, taskStatus, conversationSid } = interaction;
  const conversation = conversations.value.find((one) => one.sid === conversationSid);
  const name = conversation ? titleOf(conversation) : conversationSid;
  return (
    <li>
      <button
        type="button"
        data-testid={`flex-interaction-${sid}`}
        data-status={status}
        onClick={() => showConversation(conversationSid)}
      >
        <Avatar name={name} />
        <span class="grow">
          <strong>{name}</strong>
          <small>
            {channelNames[channel] ?? channel} · task {taskStatus}
          </small>
        </span>
        {errorCode !== undefined && <b class="code">{errorCode}</b>}
        <b class={`pill ${levels[status]}`}>{status}</b>
      </button>
    </li>
  );
}
