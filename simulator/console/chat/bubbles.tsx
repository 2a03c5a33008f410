import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { SimulatedConversation } from '../../api';
import { ErrorLink } from '../controls/error-link';
import { Scrollable } from '../controls/scrollable';
import { Time } from '../controls/time';
import { nameOf } from '../state/names';

interface BubblesProps {
  threads: SimulatedConversation[];
  /** The address or identity whose messages are on the right. */
  mine: string;
  children: ComponentChildren;
}

/** Messages as a phone shows them; the children are shown while there are none. */
export function Bubbles({ threads, mine, children }: BubblesProps) {
  const end = useRef<HTMLDivElement>(null);
  const messages = threads.flatMap((thread) => thread.messages.map((message) => ({ ...message, thread })));
  useEffect(() => {
    end.current?.parentElement?.scrollTo({ top: end.current.offsetTop });
  }, [messages.length]);
  return (
    <Scrollable class="bubbles" role="log" label="Messages">
      {messages.length === 0 && <div class="empty">{children}</div>}
      {messages.map(({ sid, author, body, at, subject, undelivered }) => (
        <div
          key={sid}
          class={author === mine ? 'bubble mine' : 'bubble'}
          data-testid="message"
          data-author={author}
        >
          {author !== mine && <small>{nameOf(author)}</small>}
          {subject !== undefined && <strong>{subject}</strong>}
          <span class="body">{body}</span>
          {undelivered !== undefined && (
            <span class="undelivered">
              not delivered <ErrorLink code={undelivered} />
            </span>
          )}
          <Time at={at} />
        </div>
      ))}
      <div ref={end} />
    </Scrollable>
  );
}
