import type { Timeline } from '../timeline';
import type { Flex, FlexEvent } from '../twilio/flex';

const notes: Record<FlexEvent['type'], { title: string; text: string }> = {
  agentDeclined: {
    title: 'The agent declines: the task is canceled',
    text: 'The conversation stays active without an agent. Nobody sees what the customer answers.',
  },
  reservationTimedOut: {
    title: 'The agent has not accepted in time: the task is pending again',
    text: 'Nobody is in the conversation until an agent accepts.',
  },
  channelFailed: {
    title: 'The channel has failed',
    text: 'The caller has had its answer. Only the channel’s status and error_code show it.',
  },
};

/** Adds what happens to interactions after their start to the timeline, in the trace of the start. */
export function reportFlexEvents(flex: Flex, timeline: Timeline): void {
  flex.onEvent(({ type, interaction: { sid, conversationSid, channel } }) => {
    const { title, text } = notes[type];
    const asked = timeline.entries().find((entry) => entry.kind === 'rest' && entry.url.includes(sid));
    timeline.addNote(asked?.trace ?? timeline.newTrace(), title, {
      text,
      state: 'warning',
      conversationSid,
      ...(type === 'channelFailed' && channel.error_code !== null && { errorCode: channel.error_code }),
    });
  });
}
