import { botIdentity, type RunnableScenario, workerOf } from './context';

/** Customers write first. */
export const inboundScenarios: RunnableScenario[] = [
  {
    name: 'new-customer',
    title: 'New customer',
    description:
      'An unknown customer texts in. The conversation is named after the number, and one worker joins.',
    failing: false,
    async run(context) {
      const from = context.parts.customers.addUnknown();
      const conversation = await context.receiveInbound({
        from,
        body: 'Hello, do you have time on Monday?',
      });
      context.expect(
        conversation?.friendlyName === from.phone,
        'the conversation is not named after the number',
      );
      return conversation?.sid;
    },
  },
  {
    name: 'known-customer',
    title: 'Known customer',
    description:
      'A customer with an owner texts in. The conversation has the customer’s name and id, and the owner joins.',
    failing: false,
    async run(context) {
      const from = context.parts.customers.withWorker('sms');
      const conversation = await context.receiveInbound({ from, body: 'Hi, it is me again.' });
      context.expect(
        conversation?.friendlyName === from.displayName,
        'the conversation does not have the customer’s name',
      );
      const attributes = conversation?.participants.find(({ address }) => address)?.attributes;
      context.expect(
        attributes?.customer_id === from.customerId,
        'the participant does not have the customer’s id',
      );
      context.expect(
        workerOf(conversation) === from.worker,
        `${workerOf(conversation)} joined instead of ${from.worker}`,
      );
      return conversation?.sid;
    },
  },
  {
    name: 'owner-unavailable',
    title: 'Owner unavailable',
    description:
      'The customer’s owner is unavailable. The routing data says whether the owner or another worker joins.',
    failing: false,
    async run(context) {
      const from = context.parts.customers.withWorker('sms');
      return context.withUnavailableWorker(from.worker ?? '', async () => {
        const conversation = await context.receiveInbound({ from, body: 'Are you there?' });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'whatsapp',
    title: 'WhatsApp',
    description:
      'A customer writes on WhatsApp. Addresses keep their prefix, and the customer is recognized.',
    failing: false,
    async run(context) {
      const from = context.parts.customers.withWorker('whatsapp');
      const conversation = await context.receiveInbound({
        from,
        body: '👋 on WhatsApp',
        channel: 'whatsapp',
      });
      const address = conversation?.participants.find((one) => one.address)?.address;
      context.expect(address === `whatsapp:${from.phone}`, 'the participant’s address has lost its prefix');
      context.expect(conversation?.friendlyName === from.displayName, 'the customer was not recognized');
      return conversation?.sid;
    },
  },
  {
    name: 'group-mms',
    title: 'Group MMS',
    description: 'A customer writes to a group that includes our number. The worker joins with our number.',
    failing: false,
    async run(context) {
      const from = context.parts.customers.withWorker('sms');
      const group = [context.parts.customers.addUnknown().phone];
      const conversation = await context.receiveInbound({ from, body: 'All of us are here', group });
      const participants = conversation?.participants ?? [];
      const ours = participants.filter((one) => one.projectedAddress !== undefined);
      const worker = participants.find(({ identity }) => identity !== undefined);
      context.expect(worker?.projectedAddress !== undefined, 'the worker has no projected address');
      context.expect(
        worker?.identity === from.worker,
        `${worker?.identity} joined instead of ${from.worker}`,
      );
      const number = ours[0]?.projectedAddress ?? '';
      context.expect(
        !conversation?.friendlyName?.includes(number),
        'the conversation is named after our own number',
      );
      const sender = participants.find(({ address }) => address === from.phone);
      context.expect(
        sender?.attributes.customer_id === from.customerId,
        'the sender does not have the customer’s id',
      );
      return conversation?.sid;
    },
  },
  {
    name: 'bot',
    title: 'Bot',
    description:
      'A bot joins before routing. It does not count as a worker: a worker joins too, and the bot stays.',
    failing: false,
    async run(context) {
      const { state } = context.parts;
      const origin = { source: 'SDK', webhooks: false };
      const end = state.onChange((change) => {
        if (change.type === 'conversationAdded')
          state.addParticipant(change.conversation.sid, { identity: botIdentity }, origin);
      });
      try {
        const from = context.parts.customers.addUnknown();
        const conversation = await context.receiveInbound({ from, body: 'Are you human?', workers: 2 });
        const present = conversation?.participants.flatMap(({ identity }) => identity ?? []) ?? [];
        context.expect(present.includes(botIdentity), 'the bot was removed');
        return conversation?.sid;
      } finally {
        end();
      }
    },
  },
];
