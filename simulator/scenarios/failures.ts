import type { RunnableScenario } from './context';

/** Repeated deliveries, failing REST requests, bad signatures. */
export const failureScenarios: RunnableScenario[] = [
  {
    name: 'deliver-twice',
    title: 'Deliver webhooks twice',
    description:
      'Twilio delivers the post-action webhooks and the routing callback twice at once. One worker joins.',
    failing: false,
    async run(context) {
      return context.withSettings({ deliverTwice: true }, async () => {
        const conversation = await context.receiveInbound({
          from: context.parts.customers.addUnknown(),
          body: 'Twice, please',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-429',
    title: 'Twilio answers 429',
    description: 'Twilio answers the first three requests with 429. They are retried, and the worker joins.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: '429', restTimes: 3 }, async () => {
        const conversation = await context.receiveInbound({
          from: context.parts.customers.addUnknown(),
          body: 'Busy day?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-500',
    title: 'Twilio answers 500',
    description:
      'Twilio answers the first three requests with 500. What is safe to retry is retried, and the worker joins.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: '500', restTimes: 3 }, async () => {
        const conversation = await context.receiveInbound({
          from: context.parts.customers.addUnknown(),
          body: 'Still there?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-torn',
    title: 'Twilio answers incompletely',
    description:
      'The first three answers break off after the work is done. Routing looks it up, and one worker joins.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: 'torn', restTimes: 3 }, async () => {
        const conversation = await context.receiveInbound({
          from: context.parts.customers.addUnknown(),
          body: 'Can you hear me?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-drip',
    title: 'Twilio answers slowly',
    description:
      'The first answer comes at one byte per second. Routing gives up on it in time, and the worker joins.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: 'drip', restTimes: 1 }, async () => {
        const conversation = await context.receiveInbound({
          from: context.parts.customers.addUnknown(),
          body: 'Slow line?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-hang',
    title: 'Twilio never answers',
    description:
      'No REST request is answered. Routing gives up in time with 503, and the message is kept. The sweep routes it later.',
    failing: true,
    async run(context) {
      context.promise('onConversationRoute: expected status 200, got 503');
      const conversation = await context.withFaults({ rest: 'hang', restTimes: null }, () =>
        context.receiveInbound({ from: context.parts.customers.addUnknown(), body: 'Anybody?', workers: 0 }),
      );
      await context.expectSweepRoutes(conversation);
      return conversation?.sid;
    },
  },
  {
    name: 'bad-signature',
    title: 'Bad signature',
    description:
      'Somebody other than Twilio calls the routing callback. The answer is 403, and nothing changes.',
    failing: true,
    async run(context) {
      const conversation = await context.receiveInbound({
        from: context.parts.customers.addUnknown(),
        body: 'Hello',
      });
      if (!conversation) return undefined;
      const before = JSON.stringify(context.conversation(conversation.sid));
      const { status } = await context.sendWithBadSignature(conversation.sid);
      context.expect(
        status === 403,
        `the request with the bad signature was answered ${status} instead of 403`,
      );
      context.expect(
        JSON.stringify(context.conversation(conversation.sid)) === before,
        'the request with the bad signature changed something',
      );
      return conversation.sid;
    },
  },
];
