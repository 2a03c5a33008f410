import type { FlexInteraction } from '../../api';
import { Avatar } from '../controls/avatar';
import { titleOf } from '../state/names';
import { showConversation } from '../state/show-conversation';
import { conversations } from '../state/state';
import { channelNames } from './draft';

/** The interactions that the agent has started. */
export function Interactions({ interactions }: { interactions: FlexInteraction[] }) {
  return (
    <section aria-labelledby="flex-interactions">
      <h3 class="part" id="flex-interactions">
        Interactions
      </h3>
      {interactions.length === 0 && <p class="empty">This agent has not started any yet.</p>}
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
