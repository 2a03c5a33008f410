import { useEffect, useState } from 'preact/hooks';
import type { ActionResult, SimulatedChannel, SimulatedConversation, SimulatedCustomer } from '../../api';
import { Bubbles } from '../chat/bubbles';
import { ComposeLine } from '../chat/compose-line';
import { draftOf, keepDraft, sendDraft } from '../chat/drafts';
import { Avatar } from '../controls/avatar';
import { call } from '../state/control-api';
import { loadShown, useConversationList } from '../state/conversations';
import { addressOf } from '../state/names';
import { showConversation, showPhone } from '../state/show-conversation';
import { channelOf, phones, snapshot } from '../state/state';

/** @returns the conversations that this phone shows: those of its number on one channel, groups included */
function useThreads(number: string, channel: SimulatedChannel): SimulatedConversation[] {
  const { list } = useConversationList({ address: addressOf(number, channel) });
  useEffect(() => void loadShown(list.map(({ sid }) => sid)), [list]);
  return list.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** One phone: its messages on one channel, and a field to write another one. */
export function Phone({ owner }: { owner: SimulatedCustomer }) {
  const channel = channelOf.value[owner.phone] ?? owner.channels[0] ?? 'sms';
  const numbers = (snapshot.value?.numbers ?? []).filter((one) => one.channels.includes(channel));
  const [to, setTo] = useState('');
  const [group, setGroup] = useState(false);
  const threads = useThreads(owner.phone, channel);
  const target = numbers.some((one) => one.address === to) ? to : (numbers[0]?.address ?? '');
  const others = phones.value.filter((one) => one !== owner.phone);

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const result = await sendDraft(owner.phone, (body) =>
      call<ActionResult>('POST', '/api/inbound', {
        from: owner.phone,
        to: target,
        channel,
        body,
        ...(group && channel === 'sms' && others.length > 0 && { group: others.slice(0, 2) }),
      }),
    );
    if (result) void showConversation(result.conversationSid);
  };

  return (
    <div
      class={`phone ${channel}`}
      id="phone-panel"
      role="tabpanel"
      aria-label={`Phone of ${owner.displayName}`}
      data-testid="phone"
      data-channel={channel}
    >
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
              onClick={() => showPhone(owner.phone, one)}
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
          onClick={() => keepDraft(owner.phone, 'Hello, is anybody there?')}
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
            <label title="Send a group MMS together with the next two phones">
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
          value={draftOf(owner.phone)}
          onInput={(text) => keepDraft(owner.phone, text)}
        />
      </form>
    </div>
  );
}
