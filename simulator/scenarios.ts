import type { Scenario, SimulatedConversation, SimulatedCustomer } from './api';
import type { LocalTwilio } from './local-twilio';

export interface RunnableScenario extends Scenario {
  /** Brings it about; calls `expect` for everything that must hold in the end. */
  run(
    local: LocalTwilio,
    trace: string,
    expect: (holds: boolean, otherwise: string) => void,
  ): Promise<string | undefined>;
}

interface Inbound {
  from: SimulatedCustomer;
  body: string;
  channel?: 'sms' | 'whatsapp';
  group?: string[];
}

/** A customer writes into a conversation that does not exist yet; the message must not be lost, and one worker come. */
async function writeIn(
  local: LocalTwilio,
  trace: string,
  expect: (holds: boolean, otherwise: string) => void,
  { from, body, channel = 'sms', group }: Inbound,
  workers = 1,
): Promise<SimulatedConversation | undefined> {
  local.closeConversationsOf(from.phone);
  const { conversationSid } = await local.inbound(
    { from: from.phone, body, channel, ...(group && { group }) },
    trace,
  );
  expect(conversationSid !== undefined, "the customer's message was lost: there is no conversation");
  if (conversationSid === undefined) return undefined;
  const conversation = local.conversation(conversationSid);
  expect(
    conversation.messages.some((message) => message.body === body),
    "the customer's message was lost",
  );
  const present = conversation.participants.filter(({ identity }) => identity !== undefined);
  expect(
    present.length === workers,
    `${present.length} workers are in the conversation instead of ${workers}`,
  );
  return conversation;
}

/** Somebody with an identity who is in no data and no Frontline user. */
export const botIdentity = 'support-bot';

const workerOf = (conversation: SimulatedConversation | undefined): string | undefined =>
  conversation?.participants.find(({ identity }) => identity !== undefined)?.identity;

/** @returns the conversation that Flex started last; the agent must be in it, and one message */
function expectStarted(
  local: LocalTwilio,
  expect: (holds: boolean, otherwise: string) => void,
): string | undefined {
  const [latest] = local.snapshot().flex.interactions;
  expect(latest?.status === 'active', `the channel is ${latest?.status ?? 'not there'} instead of active`);
  if (!latest) return undefined;
  const conversation = local.conversation(latest.conversationSid);
  expect(conversation.messages.length === 1, `${conversation.messages.length} messages instead of one`);
  expect(workerOf(conversation) !== undefined, 'the agent is not in the conversation');
  return conversation.sid;
}

export const scenarios: RunnableScenario[] = [
  {
    name: 'new-customer',
    title: 'New customer',
    description:
      'Somebody nobody knows texts in. The conversation is called by the number, and one worker gets it.',
    failing: false,
    async run(local, trace, expect) {
      const from = local.stranger();
      const conversation = await writeIn(local, trace, expect, {
        from,
        body: 'Hello, do you have time on Monday?',
      });
      expect(conversation?.friendlyName === from.phone, 'the conversation is not called by the number');
      return conversation?.sid;
    },
  },
  {
    name: 'known-customer',
    title: 'Known customer',
    description:
      'A customer with a worker texts in: named by the data, with id and name, and the own worker gets it.',
    failing: false,
    async run(local, trace, expect) {
      const from = local.customerWith({ worker: true, channel: 'sms' });
      const conversation = await writeIn(local, trace, expect, { from, body: 'Hi, it is me again.' });
      expect(
        conversation?.friendlyName === from.displayName,
        'the conversation does not have the customer’s name',
      );
      const attributes = conversation?.participants.find(({ address }) => address)?.attributes;
      expect(attributes?.customer_id === from.customerId, 'the participant does not have the customer’s id');
      expect(
        workerOf(conversation) === from.worker,
        `${workerOf(conversation)} got it instead of ${from.worker}`,
      );
      return conversation?.sid;
    },
  },
  {
    name: 'owner-unavailable',
    title: 'Owner unavailable',
    description:
      'The customer’s own worker is away. By the routing data the conversation waits for the owner or goes on.',
    failing: false,
    async run(local, trace, expect) {
      const from = local.customerWith({ worker: true, channel: 'sms' });
      return local.withWorker(from.worker ?? '', { available: false }, async () => {
        const conversation = await writeIn(local, trace, expect, { from, body: 'Are you there?' });
        return conversation?.sid;
      });
    },
  },
  {
    name: 'whatsapp',
    title: 'WhatsApp',
    description:
      'A customer writes by WhatsApp; addresses keep their prefix, and the customer is recognised.',
    failing: false,
    async run(local, trace, expect) {
      const from = local.customerWith({ worker: true, channel: 'whatsapp' });
      const conversation = await writeIn(local, trace, expect, {
        from,
        body: '👋 on WhatsApp',
        channel: 'whatsapp',
      });
      const address = conversation?.participants.find((one) => one.address)?.address;
      expect(address === `whatsapp:${from.phone}`, 'the participant’s address has lost its prefix');
      expect(conversation?.friendlyName === from.displayName, 'the customer was not recognised');
      return conversation?.sid;
    },
  },
  {
    name: 'group-mms',
    title: 'Group MMS',
    description:
      'A customer writes to a group that our number is in. The worker joins as the person behind our number.',
    failing: false,
    async run(local, trace, expect) {
      const from = local.customerWith({ worker: true, channel: 'sms' });
      const group = [local.stranger().phone];
      const conversation = await writeIn(local, trace, expect, { from, body: 'All of us are here', group });
      const participants = conversation?.participants ?? [];
      const ours = participants.filter((one) => one.projectedAddress !== undefined);
      const worker = participants.find(({ identity }) => identity !== undefined);
      expect(worker?.projectedAddress !== undefined, 'the worker has no projected address');
      expect(worker?.identity === from.worker, `${worker?.identity} got it instead of ${from.worker}`);
      const number = ours[0]?.projectedAddress ?? '';
      expect(!conversation?.friendlyName?.includes(number), 'the conversation is called by our own number');
      const sender = participants.find(({ address }) => address === from.phone);
      expect(
        sender?.attributes.customer_id === from.customerId,
        'the sender does not have the customer’s id',
      );
      return conversation?.sid;
    },
  },
  {
    name: 'bot',
    title: 'A bot is there first',
    description:
      'A bot joins before anybody is asked for a worker. It is no worker: one comes, and the bot stays.',
    failing: false,
    async run(local, trace, expect) {
      const { state } = local;
      const origin = { source: 'SDK', webhooks: false };
      const end = state.onChange((change) => {
        if (change.type === 'conversationAdded')
          state.addParticipant(change.conversation.sid, { identity: botIdentity }, origin);
      });
      try {
        const from = local.stranger();
        const conversation = await writeIn(local, trace, expect, { from, body: 'Are you human?' }, 2);
        const present = conversation?.participants.flatMap(({ identity }) => identity ?? []) ?? [];
        expect(present.includes(botIdentity), 'the bot was removed');
        return conversation?.sid;
      } finally {
        end();
      }
    },
  },
  {
    name: 'outgoing',
    title: 'Outgoing',
    description:
      'A worker starts a conversation from the app: proxy address, customer, worker, first message.',
    failing: false,
    async run(local, trace, expect) {
      const to = local.customerWith({ worker: true, channel: 'sms' });
      local.closeConversationsOf(to.phone);
      const sid = await local.outgoing(
        { worker: to.worker ?? '', customerId: to.customerId ?? '', body: 'Hello from us!' },
        trace,
      );
      expect(sid !== undefined, 'no conversation was opened');
      if (sid === undefined) return undefined;
      const conversation = local.conversation(sid);
      expect(conversation.participants.length === 2, 'customer and worker are not both in the conversation');
      expect(conversation.messages.length === 1, 'the first message is not there');
      return sid;
    },
  },
  {
    name: 'flex-outbound',
    title: 'Flex writes first',
    description:
      'A Flex agent starts a conversation by SMS: an interaction, its channel active, one message.',
    failing: false,
    async run(local, trace, expect) {
      const to = local.customerWith({ worker: true, channel: 'sms' });
      local.closeConversationsOf(to.phone);
      const agent = to.worker ?? '';
      const request = { agent, channel: 'sms', to: to.phone, body: 'Hello from Flex!' };
      const { status, body = '' } = await local.outbound(request, trace);
      expect(status === 201, `the function answered ${status ?? 'nothing'} instead of 201: ${body}`);
      return expectStarted(local, expect);
    },
  },
  {
    name: 'flex-ten-at-once',
    title: 'Ten clicks at once',
    description: 'A CRM sends one request ten times at once, with one key. One interaction and one message.',
    failing: false,
    async run(local, trace, expect) {
      const to = local.customerWith({ worker: true, channel: 'sms' });
      local.closeConversationsOf(to.phone);
      const before = local.snapshot().flex.interactions.length;
      const request = {
        agent: to.worker ?? '',
        as: 'server' as const,
        channel: 'sms',
        to: to.phone,
        body: 'Click!',
        idempotencyKey: `ten-${trace}-${Date.now()}`,
      };
      const entries = await Promise.all(Array.from({ length: 10 }, () => local.outbound(request, trace)));
      const answers = new Set(entries.map(({ body }) => body));
      expect(answers.size === 1, `there are ${answers.size} different answers instead of one`);
      const begun = local.snapshot().flex.interactions.length - before;
      expect(begun === 1, `${begun} interactions have begun instead of one`);
      return expectStarted(local, expect);
    },
  },
  {
    name: 'delivered-twice',
    title: 'Delivered twice',
    description:
      'Twilio delivers the hooks and the routing callback twice at once. There is one worker in the end.',
    failing: false,
    async run(local, trace, expect) {
      return local.withSettings({ deliverTwice: true }, async () => {
        const conversation = await writeIn(local, trace, expect, {
          from: local.stranger(),
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
    async run(local, trace, expect) {
      return local.withFaults({ rest: '429', restTimes: 3 }, async () => {
        const conversation = await writeIn(local, trace, expect, {
          from: local.stranger(),
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
    async run(local, trace, expect) {
      return local.withFaults({ rest: '500', restTimes: 3 }, async () => {
        const conversation = await writeIn(local, trace, expect, {
          from: local.stranger(),
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
    async run(local, trace, expect) {
      return local.withFaults({ rest: 'torn', restTimes: 3 }, async () => {
        const conversation = await writeIn(local, trace, expect, {
          from: local.stranger(),
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
    async run(local, trace, expect) {
      return local.withFaults({ rest: 'drip', restTimes: 1 }, async () => {
        const conversation = await writeIn(local, trace, expect, {
          from: local.stranger(),
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
    async run(local, trace, expect) {
      return local.withFaults({ rest: 'hang', restTimes: null }, async () => {
        const from = local.stranger();
        const conversation = await writeIn(local, trace, expect, { from, body: 'Anybody?' }, 0);
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
    async run(local, trace, expect) {
      const conversation = await writeIn(local, trace, expect, { from: local.stranger(), body: 'Hello' });
      if (!conversation) return undefined;
      const before = JSON.stringify(local.conversation(conversation.sid));
      const { status } = await local.signWrongly(conversation.sid, trace);
      expect(status === 403, `the forged request was answered ${status} instead of 403`);
      expect(
        JSON.stringify(local.conversation(conversation.sid)) === before,
        'the forged request changed something',
      );
      return conversation.sid;
    },
  },
];
