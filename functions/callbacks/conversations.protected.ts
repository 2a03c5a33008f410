import { readServiceSid } from '../../lib/address';
import { conversationAnswer, findPeople } from '../../lib/conversations/name';
import {
  completeParticipant,
  participantEffects,
  readCustomerId,
  whoJoined,
} from '../../lib/conversations/participant';
import { onConversationAdd, onConversationAdded, onParticipantAdded } from '../../lib/events/conversations';
import type { Routing } from '../../lib/model';
import { reasonNotToRoute } from '../../lib/routing/plan';
import { routeConversation } from '../../lib/routing/route-conversation';
import { action, type Callback, type HandlerContext, serve } from '../../lib/webhook/callback';

/** Names a new inbound conversation after the people in it. An error here would lose the customer's message. */
const nameConversation = action(
  onConversationAdd,
  async (event, context) => {
    if (event['MessagingBinding.Address'].length === 0) return {};
    const directory = await context.customers();
    const { ownAddresses } = await readRoutingData(context);
    const { people, ourAddressUnknown } = await findPeople(event, ownAddresses, (address) =>
      directory.byAddress(address),
    );

    const isKnown = people.some(({ customer }) => customer);
    context.addToLog({ customer: isKnown ? 'known' : 'unknown', people: people.length });
    if (ourAddressUnknown) context.addToLog({ ourAddress: 'not in the routing data' }, 'warn');
    return conversationAnswer(people, event.Attributes);
  },
  { fallback: {} },
);

/** Writes into a participant's attributes which customer it is, for the Frontline app. */
const identifyCustomer = action(onParticipantAdded, async (event, context) => {
  const data = await readRoutingData(context);
  const joined = whoJoined(event, data.ownAddresses);
  context.addToLog({ participant: joined.is });
  if (joined.is !== 'person') return {};

  const directory = await context.customers();
  const byAddress = joined.address && (await directory.byAddress(joined.address));
  context.addToLog({ participant: byAddress ? 'customer' : 'unknown' });
  if (!byAddress && readCustomerId(event.Attributes) === undefined) return {};

  const cards = { byAddress, byId: (id: string) => directory.byId(id) };
  const conversation = { sid: event.ConversationSid, serviceSid: readServiceSid(event, data) };
  const twilio = context.twilio({ reserveMs: 200 });
  const participant = participantEffects(twilio, conversation, event.ParticipantSid);
  const completion = await completeParticipant(cards, participant);
  const isExpected = !('unchanged' in completion) || completion.unchanged === 'complete';
  context.addToLog(completion, isExpected ? 'info' : 'warn');
  return {};
});

/** Gives a new inbound conversation a worker, on accounts without Frontline. */
const routeAdded = action(onConversationAdded, async (event, context) => {
  const reason = reasonNotToRoute(event, await context.routing());
  if (reason === undefined) return routeConversation(event, context);
  context.addToLog({ notRouted: reason });
  return {};
});

/** These events are answered even when the routing data cannot be read: it is needed only to recognize our own numbers. */
function readRoutingData({ routing, recover }: HandlerContext): Promise<RoutingData> {
  return recover<RoutingData>(
    async () => {
      const { ownAddresses, ...data } = await routing();
      return { ...data, ownAddresses: [...ownAddresses] };
    },
    { ownAddresses: [] },
  );
}

type RoutingData = Pick<Routing, 'ownAddresses' | 'conversationServiceSid'>;

export const callback: Callback = {
  dispatchOn: 'EventType',
  actions: {
    onConversationAdd: nameConversation,
    onConversationAdded: routeAdded,
    onParticipantAdded: identifyCustomer,
  },
  onUnknown: 'ignore',
  budgetMs: 3_500,
};

export const handler = serve(callback);
