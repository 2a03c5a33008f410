import type { RunnableScenario } from './context';

/** Deliveries, answers and signatures that are not as they should be. */
export const failureScenarios: RunnableScenario[] = [
  {
    name: 'delivered-twice',
    title: 'Delivered twice',
    description:
      'Twilio delivers the hooks and the routing callback twice at once. There is one worker in the end.',
    failing: false,
    async run(context) {
      return context.withSettings({ deliverTwice: true }, async () => {
        const conversation = await context.receiveFirst({
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
    description: 'Twilio is busy for the first three requests. They are tried again, and the worker gets in.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: '429', restTimes: 3 }, async () => {
        const conversation = await context.receiveFirst({
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
      'Twilio fails for the first three requests. What is safe to repeat is repeated, and the worker gets in.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: '500', restTimes: 3 }, async () => {
        const conversation = await context.receiveFirst({
          from: context.parts.customers.addUnknown(),
          body: 'Still there?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-torn',
    title: 'Twilio’s answers are torn',
    description:
      'The first three answers end in the middle, after the work was done. It is looked up, and one worker is in.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: 'torn', restTimes: 3 }, async () => {
        const conversation = await context.receiveFirst({
          from: context.parts.customers.addUnknown(),
          body: 'Can you hear me?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-drip',
    title: 'Twilio’s answer drips',
    description: 'The first answer comes a byte a second. It is given up in time, and the worker gets in.',
    failing: false,
    async run(context) {
      return context.withFaults({ rest: 'drip', restTimes: 1 }, async () => {
        const conversation = await context.receiveFirst({
          from: context.parts.customers.addUnknown(),
          body: 'Slow line?',
        });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'twilio-silent',
    title: 'Twilio never answers',
    description:
      'No REST request is answered. Routing gives up in time with 503, nobody gets in, and the message is kept.',
    failing: true,
    async run(context) {
      return context.withFaults({ rest: 'hang', restTimes: null }, async () => {
        const from = context.parts.customers.addUnknown();
        const conversation = await context.receiveFirst({ from, body: 'Anybody?', workers: 0 });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'bad-signature',
    title: 'A bad signature',
    description:
      'Somebody who is not Twilio calls the routing callback. It is refused with 403, and nothing changes.',
    failing: true,
    async run(context) {
      const conversation = await context.receiveFirst({
        from: context.parts.customers.addUnknown(),
        body: 'Hello',
      });
      if (!conversation) return undefined;
      const before = JSON.stringify(context.conversation(conversation.sid));
      const { status } = await context.sendWronglySigned(conversation.sid);
      context.expect(status === 403, `the wrongly signed request was answered ${status} instead of 403`);
      context.expect(
        JSON.stringify(context.conversation(conversation.sid)) === before,
        'the wrongly signed request changed something',
      );
      return conversation.sid;
    },
  },
];
