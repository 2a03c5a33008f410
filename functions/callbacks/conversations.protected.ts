import { describeConversation, describeParticipant } from '../../lib/conversations/attributes';
import { findWriter } from '../../lib/customers/access';
import { onConversationAdd, onParticipantAdded } from '../../lib/events/conversations';
import { writersOf } from '../../lib/routing/inbound';
import { fetchAttributes, updateAttributes } from '../../lib/twilio/conversations';
import { action, serve } from '../../lib/webhook/callback';

/** Names a new inbound conversation after its customer. An error here would lose the customer's message. */
const nameConversation = action(
  onConversationAdd,
  async (event, { customers, note }) => {
    const address = event['MessagingBinding.Address'];
    if (!address) return {};
    const customer = await findWriter(await customers(), writersOf(event));
    note({ customer: customer ? 'known' : 'unknown' });
    return describeConversation(address, customer, event.Attributes);
  },
  { fallback: {} },
);

/** Tells the Frontline app which customer a participant is. */
const describeCustomer = action(onParticipantAdded, async (event, { customers, twilio, note }) => {
  const { ConversationSid, ParticipantSid, Identity, 'MessagingBinding.Address': address } = event;
  const customer = address && !Identity ? await (await customers()).byAddress(address) : undefined;
  note({ participant: Identity ? 'worker' : customer ? 'customer' : 'unknown' });
  if (!customer) return {};

  const api = twilio();
  const current = await fetchAttributes(api, ConversationSid, ParticipantSid);
  const decision = describeParticipant(customer, current);
  note(decision.do === 'write' ? { dropped: decision.dropped } : { unchanged: decision.why });
  if (decision.do === 'write')
    await updateAttributes(api, ConversationSid, ParticipantSid, decision.attributes);
  return {};
});

export const handler = serve({
  by: 'EventType',
  actions: { onConversationAdd: nameConversation, onParticipantAdded: describeCustomer },
  unknown: 'ignore',
  budgetMs: 3_500,
});
