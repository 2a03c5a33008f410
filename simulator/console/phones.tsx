import { useEffect, useRef, useState } from 'preact/hooks';
import type { ActionResult, SimulatedChannel, SimulatedConversation, SimulatedCustomer } from '../api';
import { ComposeLine } from './compose-line';
import {
  addressOf,
  call,
  channelOf,
  conversations,
  customers,
  nameOf,
  phone,
  phones,
  showConversation,
  snapshot,
  takePhone,
} from './store';

/** The customers' side: several phones, one in the hand. */
export function Phones() {
  const number = phone.value;
  const owner = customers.value.find((one) => one.phone === number);
  return (
    <section class="side" aria-label="Customers' phones">
      <header class="side-head">
        <h2>Customers</h2>
        <PhonePicker />
      </header>
      <div class="phone-tabs" role="tablist" aria-label="Phones on the table">
        {phones.value.map((one) => (
          <button
            key={one}
            type="button"
            role="tab"
            class="chip"
            aria-selected={one === number}
            data-testid={`phone-${one}`}
            onClick={() => takePhone(one)}
          >
            <Avatar name={nameOf(one)} small />
            {nameOf(one).split(' ')[0]}
          </button>
        ))}
      </div>
      {owner ? <Phone key={number} owner={owner} /> : <p class="empty">Choose a phone above.</p>}
    </section>
  );
}

/** A circle with somebody's initials, in a colour of their own. */
export function Avatar({ name, small }: { name: string; small?: boolean }) {
  const letters = name.startsWith('+')
    ? '#'
    : name
        .split(/\s+/)
        .map((word) => [...word][0] ?? '')
        .slice(0, 2)
        .join('');
  const hue = [...name].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span class={small ? 'avatar small' : 'avatar'} style={{ '--hue': String(hue) }} aria-hidden="true">
      {letters}
    </span>
  );
}

function PhonePicker() {
  const choose = async (value: string): Promise<void> => {
    if (value !== 'new') return takePhone(value);
    const number = prompt('A new phone number, in E.164', '+19175550150');
    if (!number) return;
    const made = await call<SimulatedCustomer>('POST', '/api/customers', { phone: number.trim() });
    if (made) takePhone(made.phone);
  };
  return (
    <select
      class="select"
      aria-label="Take another phone"
      data-testid="phone-picker"
      value=""
      onChange={(event) => void choose(event.currentTarget.value)}
    >
      <option value="" disabled>
        Take a phone…
      </option>
      <option value="new">A stranger’s phone…</option>
      {customers.value.map((one) => (
        <option key={one.phone} value={one.phone}>
          {one.displayName} {one.phone}
        </option>
      ))}
    </select>
  );
}

/** What of all conversations this phone shows: the threads of its number on one channel, groups too. */
function threadsOf(number: string, channel: SimulatedChannel): SimulatedConversation[] {
  const address = addressOf(number, channel);
  return conversations.value
    .filter((one) => one.participants.some((participant) => participant.address === address))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

function Phone({ owner }: { owner: SimulatedCustomer }) {
  const channel = channelOf.value[owner.phone] ?? owner.channels[0] ?? 'sms';
  const numbers = (snapshot.value?.numbers ?? []).filter((one) => one.channels.includes(channel));
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [group, setGroup] = useState(false);
  const threads = threadsOf(owner.phone, channel);
  const target = numbers.some((one) => one.address === to) ? to : (numbers[0]?.address ?? '');
  const others = phones.value.filter((one) => one !== owner.phone);

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const body = text.trim();
    if (!body) return;
    setText('');
    const result = await call<ActionResult>('POST', '/api/inbound', {
      from: owner.phone,
      to: target,
      channel,
      body,
      ...(group && channel === 'sms' && others.length > 0 && { group: others.slice(0, 2) }),
    });
    if (result) showConversation(result.conversationSid);
  };

  return (
    <div class={`phone ${channel}`} data-testid="phone" data-channel={channel}>
      <div class="phone-bar">
        <Avatar name={owner.displayName} />
        <div class="grow">
          <strong>{owner.displayName}</strong>
          <small>{owner.phone}</small>
        </div>
        <div class="switch" role="group" aria-label="Channel">
          {(['sms', 'whatsapp'] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={one === channel}
              data-testid={`channel-${one}`}
              onClick={() => takePhone(owner.phone, one)}
            >
              {one === 'sms' ? 'SMS' : 'WhatsApp'}
            </button>
          ))}
        </div>
      </div>
      <Bubbles threads={threads} mine={addressOf(owner.phone, channel)}>
        <p>No messages yet.</p>
        <button
          type="button"
          class="link"
          data-testid="suggestion"
          onClick={() => setText('Hello, is anybody there?')}
        >
          Write “Hello, is anybody there?”
        </button>
      </Bubbles>
      <form class="compose" onSubmit={(event) => void send(event)}>
        <div class="compose-to">
          <label>
            to{' '}
            <select
              class="select"
              value={target}
              onChange={(event) => setTo(event.currentTarget.value)}
              data-testid="phone-to"
            >
              {numbers.map((one) => (
                <option key={one.address}>{one.address}</option>
              ))}
            </select>
          </label>
          {channel === 'sms' && others.length > 0 && (
            <label title="A group MMS with the next two phones on the table">
              <input
                type="checkbox"
                checked={group}
                onChange={() => setGroup(!group)}
                data-testid="phone-group"
              />{' '}
              group
            </label>
          )}
        </div>
        <ComposeLine
          id="phone"
          label={`Message from ${owner.displayName}`}
          placeholder={channel === 'sms' ? 'Text message' : 'Message'}
          value={text}
          onInput={setText}
        />
      </form>
    </div>
  );
}

interface BubblesProps {
  threads: SimulatedConversation[];
  mine: string;
  children: preact.ComponentChildren;
}

/** Messages as a phone shows them; the children stand there while there are none. */
export function Bubbles({ threads, mine, children }: BubblesProps) {
  const end = useRef<HTMLDivElement>(null);
  const messages = threads.flatMap((thread) => thread.messages.map((message) => ({ ...message, thread })));
  useEffect(() => {
    end.current?.parentElement?.scrollTo({ top: end.current.offsetTop });
  }, [messages.length]);
  return (
    <div class="bubbles" role="log" aria-live="polite">
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
          <span>{body}</span>
          {undelivered !== undefined && (
            <span class="undelivered">
              not delivered <b class="code">{undelivered}</b>
            </span>
          )}
          <time dateTime={at}>{at.slice(11, 16)}</time>
        </div>
      ))}
      <div ref={end} />
    </div>
  );
}
