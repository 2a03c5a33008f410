import type { ComponentChildren } from 'preact';
import type { SimulatedConversation } from '../../api';
import { Icon } from '../controls/icon';
import { call } from '../state/control-api';
import { customerOf, nameOf, titleOf } from '../state/names';
import { Bubbles } from './bubbles';
import { ComposeLine } from './compose-line';
import { draftOf, keepDraft, sendDraft } from './drafts';

interface ChatProps {
  /** The prefix of the test ids: `worker` gives `worker-input` and `worker-send`. */
  id: string;
  conversation: SimulatedConversation;
  /** The identity of the worker or agent. */
  me: string;
  onBack(): void;
  /** Shown above the input; it may set the text. */
  above?(write: (text: string) => void): ComponentChildren;
}

/** A conversation as its worker or agent sees it. */
export function Chat({ id, conversation, me, onBack, above }: ChatProps) {
  const draft = `${me} ${conversation.sid}`;
  const isClosed = conversation.state === 'closed';
  const isIn = conversation.participants.some(({ identity }) => identity === me);
  const sendWorkerMessage = async (event: Event): Promise<void> => {
    event.preventDefault();
    await sendDraft(draft, (body) =>
      call('POST', '/api/messages', { conversationSid: conversation.sid, worker: me, body }),
    );
  };
  return (
    <div class="chat" data-testid="chat">
      <div class="phone-bar">
        <button
          type="button"
          class="icon-button"
          aria-label="Back"
          data-testid={`${id}-back`}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <div class="grow">
          <strong>{titleOf(conversation)}</strong>
          <small>{customerOf(conversation)}</small>
        </div>
        <button
          type="button"
          class="link"
          data-testid={`${id}-close`}
          disabled={isClosed}
          onClick={() => void call('POST', `/api/conversations/${conversation.sid}`, { state: 'closed' })}
        >
          {isClosed ? 'closed' : 'Close'}
        </button>
      </div>
      <Bubbles threads={[conversation]} mine={me}>
        <p>No messages yet.</p>
      </Bubbles>
      <form class="compose" onSubmit={(event) => void sendWorkerMessage(event)}>
        {above?.((text) => keepDraft(draft, text))}
        <ComposeLine
          id={id}
          label="Reply"
          placeholder={
            isClosed
              ? 'This conversation is closed'
              : isIn
                ? 'Reply'
                : `${nameOf(me)} is not in this conversation`
          }
          disabled={isClosed || !isIn}
          value={draftOf(draft)}
          onInput={(text) => keepDraft(draft, text)}
        />
      </form>
    </div>
  );
}
