import { readParties } from '../../lib/binding';
import { describeConversation, describeParticipant } from '../../lib/conversations/attributes';
import { findWriter } from '../../lib/customers/access';
import { onConversationAdd, onConversationAdded, onParticipantAdded } from '../../lib/events/conversations';
import { reasonNotToRoute } from '../../lib/routing/inbound';
import { routeConversation } from '../../lib/routing/route-conversation';
import { fetchAttributes, updateAttributes } from '../../lib/twilio/conversations';
import { action, type Callback, serve } from '../../lib/webhook/callback';

/** Names a new inbound conversation after its customer. An error here would lose the customer's message. */
const nameConversation = action(
  onConversationAdd,
  async (event, { customers, note }) => {
    const address = event['MessagingBinding.Address'];
    if (!address) return {};
    const customer = await findWriter(await customers(), readParties(event, []).people);
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
  const current = await fetchAttributes(api, { sid: ConversationSid }, ParticipantSid);
  const decision = describeParticipant(customer, current);
  note(decision.do === 'write' ? { dropped: decision.dropped } : { unchanged: decision.why });
  if (decision.do === 'write')
    await updateAttributes(api, { sid: ConversationSid }, ParticipantSid, decision.attributes);
  return {};
});

/** An inbound conversation wants a worker, on accounts without Frontline. */
const routeAdded = action(onConversationAdded, async (event, context) => {
  const reason = reasonNotToRoute(event, await context.routing());
  if (reason === undefined) return routeConversation(event, context);
  context.note({ notRouted: reason });
  return {};
});

export const callback: Callback = {
  by: 'EventType',
  actions: {
    onConversationAdd: nameConversation,
    onConversationAdded: routeAdded,
    onParticipantAdded: describeCustomer,
  },
  unknown: 'ignore',
  budgetMs: 3_500,
};

export const handler = serve(callback);
