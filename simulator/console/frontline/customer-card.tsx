import { useEffect, useState } from 'preact/hooks';
import type { ActionResult, SimulatedChannel } from '../../api';
import type { CustomerPage } from '../../api-lists';
import { Avatar } from '../controls/avatar';
import { Icon } from '../controls/icon';
import { ask, call } from '../state/control-api';
import { nameOf } from '../state/names';
import { showConversation } from '../state/show-conversation';
import { worker } from '../state/state';

interface Card {
  customer_id: string;
  display_name: string;
  channels: { type: string; value: string }[];
  links?: { value: string; display_name: string }[];
  details?: { title: string; content: string };
}

/** A customer's details, as the callback answers them, and a button per channel to start a conversation. */
export function CustomerCard({ id, onBack, onStarted }: { id: string; onBack(): void; onStarted(): void }) {
  const [card, setCard] = useState<Card | null | undefined>();
  const [owner, setOwner] = useState<string | undefined>();
  useEffect(() => {
    const query = new URLSearchParams({ worker: worker.value });
    void call<{ customer: Card | null }>('GET', `/api/app/customers/${encodeURIComponent(id)}?${query}`).then(
      (answer) => setCard(answer?.customer ?? null),
    );
    void ask<CustomerPage>(`/api/customers?${new URLSearchParams({ id })}`).then((page) =>
      setOwner(page?.customers[0]?.worker),
    );
  }, [id]);

  const startOutgoing = async (channel: SimulatedChannel): Promise<void> => {
    const result = await call<ActionResult>('POST', '/api/outgoing', {
      worker: worker.value,
      customerId: id,
      channel,
    });
    if (!result?.conversationSid) return;
    onStarted();
    void showConversation(result.conversationSid);
  };

  if (card === undefined) return <p class="empty">…</p>;
  return (
    <div class="scroll card">
      <button type="button" class="link" onClick={onBack}>
        <Icon name="back" /> My customers
      </button>
      {card === null ? (
        <p class="empty">The callback returned no customer; the timeline shows why.</p>
      ) : (
        <>
          <div class="card-head">
            <Avatar name={card.display_name} />
            <div>
              <strong>{card.display_name}</strong>
              <small>{card.customer_id}</small>
            </div>
          </div>
          <dl>
            {card.channels.map(({ type, value }) => (
              <div key={type + value}>
                <dt>{type}</dt>
                <dd>
                  {value}
                  {(type === 'sms' || type === 'whatsapp') && (
                    <button
                      type="button"
                      class="button"
                      data-testid={`start-${type}`}
                      onClick={() => void startOutgoing(type)}
                    >
                      Start conversation
                    </button>
                  )}
                </dd>
              </div>
            ))}
          </dl>
          {card.details?.content && (
            <>
              <h3>{card.details.title}</h3>
              <p>{card.details.content}</p>
            </>
          )}
          {card.links?.map(({ value, display_name }) => (
            <p key={value}>
              <span class="pill">{display_name}</span> <small>{value}</small>
            </p>
          ))}
          {owner && <small>owned by {nameOf(owner)}</small>}
        </>
      )}
    </div>
  );
}
