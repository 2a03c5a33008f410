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

/** @returns the conversations of an address, groups included, or of an identity on chat */
function useThreads(filter: { address: string } | { worker: string }): SimulatedConversation[] {
  const { list } = useConversationList(filter);
  useEffect(() => void loadShown(list.map(({ sid }) => sid)), [list]);
  return list.toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

/** One phone: its messages on one channel, and a field to write another one. A customer on chat has an identity alone. */
export function Phone({ owner }: { owner: SimulatedCustomer }) {
  const isOnChat = !isNumber(owner.phone);
  const channel = channelOf.value[owner.phone] ?? owner.channels[0] ?? 'sms';
  const numbers = (snapshot.value?.numbers ?? []).filter((one) => one.channels.includes(channel));
  const [to, setTo] = useState('');
  const [group, setGroup] = useState(false);
  const mine = isOnChat ? owner.phone : addressOf(owner.phone, channel);
  const threads = useThreads(isOnChat ? { worker: mine } : { address: mine });
  const target = numbers.some((one) => one.address === to) ? to : (numbers[0]?.address ?? '');
  const others = phones.value.filter((one) => one !== owner.phone && isNumber(one));

  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const way = isOnChat
      ? { channel: 'chat' }
      : {
          ...{ to: target, channel },
          ...(group && channel === 'sms' && others.length > 0 && { group: others.slice(0, 2) }),
        };
    const result = await sendDraft(owner.phone, (body) =>
      call<ActionResult>('POST', '/api/inbound', { from: owner.phone, body, ...way }),
    );
    if (result) void showConversation(result.conversationSid);
  };

  return (
    <div
      class={isOnChat ? 'phone' : `phone ${channel}`}
      id="phone-panel"
      role="tabpanel"
      aria-label={isOnChat ? `Chat of ${owner.displayName}` : `Phone of ${owner.displayName}`}
      data-testid="phone"
      data-channel={isOnChat ? 'chat' : channel}
    >
      <div class="phone-bar">
        <Avatar name={owner.displayName} />
        <div class="grow">
          <strong>{owner.displayName}</strong>
          <small>{owner.phone}</small>
        </div>
        {isOnChat ? <small>on chat</small> : <ChannelSwitch number={owner.phone} channel={channel} />}
      </div>
      <Bubbles threads={threads} mine={mine}>
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
        {!isOnChat && (
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
        )}
        <ComposeLine
          id="phone"
          label={`Message from ${owner.displayName}`}
          placeholder={channel === 'sms' && !isOnChat ? 'Text message' : 'Message'}
          value={draftOf(owner.phone)}
          onInput={(text) => keepDraft(owner.phone, text)}
        />
      </form>
    </div>
  );
}

function ChannelSwitch({ number, channel }: { number: string; channel: SimulatedChannel }) {
  return (
    <div class="switch" role="group" aria-label="Channel">
      {(['sms', 'whatsapp'] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === channel}
          data-testid={`channel-${one}`}
          onClick={() => showPhone(number, one)}
        >
          {one === 'sms' ? 'SMS' : 'WhatsApp'}
        </button>
      ))}
    </div>
  );
}

function isNumber(phone: string): boolean {
  return phone.startsWith('+');
}
