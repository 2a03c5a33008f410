import type { SimulatedConversation, WebhookFault } from '../api';
import type { RunnableScenario, ScenarioContext } from './context';

/** Our webhooks and callbacks that go wrong on their way to Twilio. */
export const webhookFaultScenarios: RunnableScenario[] = [
  {
    name: 'webhook-500',
    title: 'The routing callback answers 500',
    description:
      'The routing callback is answered 500 before a function runs. The message is kept, and the sweep routes it later.',
    failing: true,
    run(context) {
      context.promise('onConversationRoute: expected status 200, got 500');
      return sweepAfter(context, [{ kind: 'error', on: 'onConversationRoute', status: 500 }]);
    },
  },
  {
    name: 'webhook-down',
    title: 'The functions cannot be reached',
    description:
      'Every connection is refused. Twilio creates the conversation unchanged, and the sweep routes it later.',
    failing: true,
    run(context) {
      const refused = ['onConversationAdd', 'onParticipantAdded', 'onConversationRoute'].map(
        (name) => `${name}: the connection was refused`,
      );
      context.promise(...refused);
      return sweepAfter(context, [{ kind: 'down', on: 'all' }]);
    },
  },
  {
    name: 'webhook-slow',
    title: 'The pre-action webhook is slow',
    description:
      'The answer to onConversationAdd comes after 6 s. Twilio waits for 5 s and creates the conversation unchanged. One worker joins.',
    failing: true,
    run(context) {
      context.promise('onConversationAdd: time no answer within 5 s');
      return workerAfter(context, [{ kind: 'slow', on: 'onConversationAdd', ms: 6_000 }], isUnnamed);
    },
  },
  {
    name: 'webhook-not-json',
    title: 'The pre-action webhook answers no JSON',
    description:
      'The answer to onConversationAdd is a page. Twilio creates the conversation unchanged. One worker joins.',
    failing: true,
    run(context) {
      context.promise(
        'onConversationAdd: Content-Type must be application/json',
        'onConversationAdd: the answer is not valid JSON',
      );
      return workerAfter(context, [{ kind: 'notJson', on: 'onConversationAdd' }], isUnnamed);
    },
  },
  {
    name: 'webhook-cut',
    title: 'The answer to the routing callback breaks off',
    description:
      'Routing has added the worker when its answer breaks off. Nothing is lost: one worker is there.',
    failing: true,
    run(context) {
      context.promise('onConversationRoute: the answer broke off');
      return workerAfter(context, [{ kind: 'cut', on: 'onConversationRoute' }]);
    },
  },
  {
    name: 'webhook-rejects',
    title: 'The pre-action webhook answers 500',
    description:
      'Twilio rejects the conversation, and the message is lost: no function can prevent that. The customer writes again, and one worker joins.',
    failing: true,
    async run(context) {
      context.promise(
        'onConversationAdd: expected status 200, got 500',
        "Twilio rejects the conversation: the customer's message is lost",
      );
      const from = context.parts.customers.addUnknown();
      await context.withFaults(
        { webhooks: [{ kind: 'error', on: 'onConversationAdd', status: 500, times: 1 }] },
        async () => {
          const message = { from: from.phone, body: 'Hello?' };
          const lost = await context.parts.inbound.receiveInbound(message, context.trace);
          context.expect(lost.conversationSid === undefined, 'there is a conversation in spite of the 500');
        },
      );
      return (await context.receiveInbound({ from, body: 'Hello again?' }))?.sid;
    },
  },
];

/** A message comes in while webhooks go wrong, and one worker joins all the same. */
async function workerAfter(
  context: ScenarioContext,
  webhooks: WebhookFault[],
  check?: (context: ScenarioContext, conversation: SimulatedConversation) => void,
): Promise<string | undefined> {
  const from = context.parts.customers.addUnknown();
  const conversation = await context.withFaults({ webhooks }, () =>
    context.receiveInbound({ from, body: 'Can you help me?' }),
  );
  if (conversation) check?.(context, conversation);
  return conversation?.sid;
}

/** A message comes in while nobody can be asked for a worker; then the sweep finds one. */
async function sweepAfter(context: ScenarioContext, webhooks: WebhookFault[]): Promise<string | undefined> {
  const from = context.parts.customers.addUnknown();
  const conversation = await context.withFaults({ webhooks }, () =>
    context.receiveInbound({ from, body: 'Can you help me?', workers: 0 }),
  );
  await context.expectSweepRoutes(conversation);
  return conversation?.sid;
}

function isUnnamed(context: ScenarioContext, { friendlyName }: SimulatedConversation): void {
  context.expect(friendlyName === null, `the conversation has the name ${friendlyName} instead of none`);
}
