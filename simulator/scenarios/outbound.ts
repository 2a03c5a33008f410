import { type RunnableScenario, type ScenarioContext, workerOf } from './context';

/** Workers and agents write first. */
export const outboundScenarios: RunnableScenario[] = [
  {
    name: 'outgoing',
    title: 'Outgoing conversation',
    description:
      'A worker starts a conversation from the app: proxy address, customer, worker, first message.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const sid = await context.parts.app.startOutgoing(
        { worker: to.worker ?? '', customerId: to.customerId ?? '', body: 'Hello from us!' },
        context.trace,
      );
      context.expect(sid !== undefined, 'no conversation was started');
      if (sid === undefined) return undefined;
      const conversation = context.conversation(sid);
      context.expect(
        conversation.participants.length === 2,
        'customer and worker are not both in the conversation',
      );
      context.expect(conversation.messages.length === 1, 'the first message is not there');
      return sid;
    },
  },
  {
    name: 'flex-outbound',
    title: 'Flex outbound message',
    description:
      'A Flex agent starts a conversation by SMS: one interaction with an active channel, and one message.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const agent = to.worker ?? '';
      const request = { agent, channel: 'sms', to: to.phone, body: 'Hello from Flex!' };
      const { status, body = '' } = await context.parts.flex.startOutbound(request, context.trace);
      context.expect(status === 201, `the function answered ${status ?? 'nothing'} instead of 201: ${body}`);
      return expectStarted(context);
    },
  },
  {
    name: 'flex-ten-at-once',
    title: 'Ten Flex outbound messages at once',
    description:
      'A CRM sends the same request ten times at once, with one idempotency key: one interaction, one message.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const before = context.interactions().length;
      const request = {
        agent: to.worker ?? '',
        as: 'server' as const,
        channel: 'sms',
        to: to.phone,
        body: 'Click!',
        idempotencyKey: `ten-${context.trace}-${Date.now()}`,
      };
      const entries = await Promise.all(
        Array.from({ length: 10 }, () => context.parts.flex.startOutbound(request, context.trace)),
      );
      const answers = new Set(entries.map(({ body }) => body));
      context.expect(answers.size === 1, `there are ${answers.size} different answers instead of one`);
      const started = context.interactions().length - before;
      context.expect(started === 1, `${started} interactions were started instead of one`);
      return expectStarted(context);
    },
  },
];

/** @returns the conversation that Flex started last. Reports a failure unless it has the agent and one message. */
function expectStarted(context: ScenarioContext): string | undefined {
  const [latest] = context.interactions();
  context.expect(
    latest?.status === 'active',
    `the channel is ${latest?.status ?? 'not there'} instead of active`,
  );
  if (!latest) return undefined;
  const conversation = context.conversation(latest.conversationSid);
  context.expect(
    conversation.messages.length === 1,
    `${conversation.messages.length} messages instead of one`,
  );
  context.expect(workerOf(conversation) !== undefined, 'the agent is not in the conversation');
  return conversation.sid;
}
