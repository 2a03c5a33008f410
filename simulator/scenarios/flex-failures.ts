import type { FlexOutboundRequest, SimulatedCustomer } from '../api';
import { readAnswer } from '../flex-client';
import type { WebhookTimelineEntry } from '../webhooks/webhook-sender';
import { type RunnableScenario, type ScenarioContext, workerOf } from './context';

/** How long a scenario waits for what happens after a start, in milliseconds. */
const patienceMs = 5_000;

/** What happens after a Flex agent has started a conversation, or while the answer is lost. */
export const flexFailureScenarios: RunnableScenario[] = [
  {
    name: 'flex-agent-declines',
    title: 'Flex agent declines',
    description:
      'The start is answered 201. Then the agent declines: the task is canceled, and the conversation stays open without an agent.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const flex = { agentResponse: 'decline' as const };
      const sid = await context.withSettings({ flex }, () => start(context, requestTo(to)));
      const canceled = await until(() => latest(context)?.taskStatus === 'canceled');
      context.expect(canceled, 'the task was not canceled');
      if (sid === undefined) return undefined;
      await context.parts.inbound.receiveInbound({ from: to.phone, body: 'Who is this?' }, context.trace);
      const { state, messages, participants } = context.conversation(sid);
      context.expect(state === 'active', `the conversation is ${state} instead of active`);
      context.expect(messages.length === 2, 'the answer is not in the conversation');
      context.expect(workerOf({ participants }) === undefined, 'an agent is in the conversation');
      return sid;
    },
  },
  {
    name: 'flex-channel-fails-later',
    title: 'Flex channel fails later',
    description: 'The start is answered 201. Then the channel fails: only its status and error code show it.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const flex = { channelFailsAfterMs: 1_000, channelErrorCode: 20500 };
      const sid = await context.withSettings({ flex }, () => start(context, requestTo(to)));
      const failed = await until(() => latest(context)?.status === 'failed');
      context.expect(failed, 'the channel has not failed');
      const code = latest(context)?.errorCode;
      context.expect(code === 20500, `the channel has the error code ${code} instead of 20500`);
      return sid;
    },
  },
  {
    name: 'flex-in-doubt',
    title: 'Flex outbound message in doubt',
    description:
      'The answer about the message is lost: 503 in_doubt. The same request, sent again, finds it: 201, and one message.',
    failing: false,
    async run(context) {
      const to = context.customerWithoutConversation();
      const request = { ...requestTo(to), idempotencyKey: `in-doubt-${context.trace}-${Date.now()}` };
      const first = await context.withRestFault(
        { method: 'POST', host: 'conversations.twilio.com', path: /\/Conversations\/CH\w+\/Messages$/ },
        { reset: true, later: 4_000 },
        () => context.parts.flex.startOutbound(request, context.trace),
      );
      const { code, retryAfter } = readAnswer(first.body ?? '');
      context.expect(
        first.status === 503 && code === 'in_doubt',
        `the function answered ${describe(first)} instead of 503 in_doubt`,
      );
      context.expect(
        typeof retryAfter === 'number',
        'the answer does not say when to send the request again',
      );
      await new Promise((done) => setTimeout(done, Number(retryAfter ?? 0) * 1_000));
      const sid = await start(context, request);
      if (sid === undefined) return undefined;
      const { messages } = context.conversation(sid);
      context.expect(messages.length === 1, `${messages.length} messages instead of one`);
      return sid;
    },
  },
];

function requestTo({ phone, worker = '' }: SimulatedCustomer): FlexOutboundRequest {
  return { agent: worker, channel: 'sms', to: phone, body: 'Hello from Flex!' };
}

/** Starts a conversation. Reports a failure unless it is answered 201. @returns the conversation's SID */
async function start(context: ScenarioContext, request: FlexOutboundRequest): Promise<string | undefined> {
  const entry = await context.parts.flex.startOutbound(request, context.trace);
  context.expect(entry.status === 201, `the function answered ${describe(entry)} instead of 201`);
  return entry.status === 201 ? entry.conversationSid : undefined;
}

function describe({ status, body = '' }: WebhookTimelineEntry): string {
  return `${status ?? 'nothing'} ${body}`.trim();
}

function latest(context: ScenarioContext) {
  return context.interactions()[0];
}

/** @returns whether something has come true in time */
async function until(isTrue: () => boolean): Promise<boolean> {
  for (let waited = 0; waited < patienceMs; waited += 50) {
    if (isTrue()) return true;
    await new Promise((done) => setTimeout(done, 50));
  }
  return isTrue();
}
