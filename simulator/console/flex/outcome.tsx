import { useEffect, useRef } from 'preact/hooks';
import type { FlexResult } from '../../api';
import { ErrorLink } from '../controls/error-link';
import { Icon } from '../controls/icon';
import { showConversation } from '../state/show-conversation';
import { conversations, flexResult } from '../state/state';
import { draft } from './draft';

const keyedAdvice = 'To find out, send it again with the same key.';
const unkeyedAdvice =
  'Without a key nothing is looked up: look into the conversation before you send it again.';

/** The result of the last conversation start. */
export function Outcome() {
  const result = flexResult.value;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), [result]);
  if (!result) return null;
  const { status, answer, failures } = result;
  const { code, message, inDoubt, unfinished, ...rest } = answer;
  // Where a step is in doubt, `unfinished` has the same SIDs.
  const facts: Record<string, unknown> = { ...rest, ...(inDoubt ?? unfinished ?? {}) };
  const isOk = isDone(result) && failures.length === 0;
  return (
    <div
      ref={card}
      class={isOk ? 'outcome-card result ok' : 'outcome-card result failed'}
      role="status"
      data-testid="flex-result"
      data-status={status ?? 'none'}
    >
      <p class="outcome-head">
        <strong class="grow">
          {isOk ? '✓' : '✗'} {status ?? 'no answer'} {code !== undefined && <ErrorLink code={asText(code)} />}
          {message === undefined && sentenceOf(result)}
        </strong>
        <button
          type="button"
          class="icon-button"
          aria-label="Dismiss"
          onClick={() => (flexResult.value = undefined)}
        >
          <Icon name="close" />
        </button>
      </p>
      {message !== undefined && <p>{asText(message)}</p>}
      {failures.map((failure) => (
        <p key={failure}>{failure}</p>
      ))}
      {code === 'in_doubt' && <p>{draft.value.key ? keyedAdvice : unkeyedAdvice}</p>}
      <Facts facts={facts} />
      <OpenButton sid={facts.conversationSid} />
    </div>
  );
}

function isDone({ status }: FlexResult): boolean {
  return status === 200 || status === 201;
}

function sentenceOf(result: FlexResult): string {
  if (result.status === undefined) return 'in time: the caller does not know the result.';
  if (!isDone(result)) return 'The timeline shows the answer.';
  return result.answer.reused
    ? 'The message was added to the open conversation.'
    : 'The conversation was started.';
}

function Facts({ facts }: { facts: Record<string, unknown> }) {
  const entries = Object.entries(facts);
  if (entries.length === 0) return null;
  return (
    <table class="facts">
      <tbody>
        {entries.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name.replace(/Sid$/, '')}</th>
            <td>{asText(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function OpenButton({ sid }: { sid: unknown }) {
  const one = conversations.value.find((conversation) => conversation.sid === sid);
  if (!one) return null;
  return (
    <button type="button" class="button" data-testid="flex-open" onClick={() => showConversation(one.sid)}>
      Open the conversation
    </button>
  );
}

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.map(asText).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
