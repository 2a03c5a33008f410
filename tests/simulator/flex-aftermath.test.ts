import { Conversations } from '../../simulator/twilio/conversations/conversations';
import type { Aftermath, FlexEvent } from '../../simulator/twilio/flex';
import { RestApi } from '../../simulator/twilio/rest-api';

let state: Conversations;
let rest: RestApi;
let events: string[];
beforeEach(() => {
  jest.useFakeTimers();
  state = new Conversations({ accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) });
  rest = new RestApi(state);
  rest.taskRouter.putWorker('alice@example.com');
  events = [];
  rest.flex.onEvent(({ type }: FlexEvent) => events.push(type));
});
afterEach(() => jest.useRealTimers());

const start = (aftermath: Partial<Aftermath>) => {
  rest.flex.aftermath = { ...rest.flex.aftermath, ...aftermath };
  const { workspaceSid, workflowSid, queueSid } = rest.taskRouter.workspace;
  const interaction = rest.flex.createInteraction(
    {
      type: 'sms',
      initiated_by: 'agent',
      participants: [{ address: '+12125550101', proxy_address: '+16465550190' }],
    },
    {
      properties: {
        workspace_sid: workspaceSid,
        workflow_sid: workflowSid,
        queue_sid: queueSid,
        worker_sid: rest.taskRouter.workerNamed('alice@example.com').sid,
      },
    },
  );
  /** Lets time pass. */
  const stateAfter = (ms: number) => {
    jest.advanceTimersByTime(ms);
    const { channel, task, conversationSid } = interaction;
    return {
      channel: channel.status,
      error: channel.error_code,
      task: task.assignment_status,
      conversation: state.conversation(conversationSid).state,
      agents: state.participants(conversationSid).flatMap(({ identity }) => identity ?? []),
    };
  };
  return stateAfter;
};
const open = { channel: 'active', error: null, conversation: 'active' };

describe('an interaction whose channel is active', () => {
  it('has its agent from the beginning by default, and keeps it', () => {
    const stateAfter = start({});
    const expected = { ...open, task: 'assigned', agents: ['alice_40example_2Ecom'] };
    expect([stateAfter(200), stateAfter(600_000)]).toEqual([expected, expected]);
    expect(events).toEqual([]);
  });

  it('loses its task when the agent declines, and its conversation stays active without an agent', () => {
    const stateAfter = start({ agentResponse: 'decline' });
    expect(stateAfter(200)).toEqual({ ...open, task: 'reserved', agents: [] });
    expect(stateAfter(1_000)).toEqual({ ...open, task: 'canceled', agents: [] });
    expect(events).toEqual(['agentDeclined']);
  });

  it('waits for an agent who does not react, and is pending again when the reservation times out', () => {
    const stateAfter = start({ agentResponse: 'ignore' });
    expect(stateAfter(60_000)).toEqual({ ...open, task: 'reserved', agents: [] });
    expect(stateAfter(60_200)).toEqual({ ...open, task: 'pending', agents: [] });
    expect(events).toEqual(['reservationTimedOut']);
  });

  it('fails later with the code that is set, and keeps task and conversation', () => {
    const stateAfter = start({ channelFailsAfterMs: 5_000, channelErrorCode: 45359 });
    expect(stateAfter(200).channel).toBe('active');
    expect(stateAfter(5_000)).toMatchObject({
      channel: 'failed',
      error: 45359,
      task: 'assigned',
      conversation: 'active',
    });
    expect(events).toEqual(['channelFailed']);
  });

  it('neither fails nor is declined once it is closed', () => {
    const stateAfter = start({ agentResponse: 'decline', channelFailsAfterMs: 500 });
    stateAfter(200);
    const [interaction] = rest.flex.interactions();
    const { sid = '', channel } = interaction ?? {};
    rest.flex.closeChannel(sid, channel?.sid ?? '', 'closed', 'closed');
    expect(stateAfter(5_000)).toMatchObject({ channel: 'closed', task: 'completed', conversation: 'closed' });
    expect(events).toEqual([]);
  });

  it('is as it was set when it was created, whatever is set afterwards', () => {
    const stateAfter = start({ agentResponse: 'decline' });
    rest.flex.aftermath = { ...rest.flex.aftermath, agentResponse: 'accept' };
    expect(stateAfter(2_000).task).toBe('canceled');
  });
});
