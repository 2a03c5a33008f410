import { newSid } from './http/sids';
import type { Task } from './taskrouter';

export type ChannelStatus = 'setup' | 'active' | 'failed' | 'closed' | 'inactive';
export type Json = Record<string, unknown>;

/** The channel of an interaction, as served. */
export type Channel = ReturnType<typeof newChannel>;

/** An interaction with its channel, its invite (both as they are served) and its task. */
export interface SimulatedInteraction {
  /** `KD…` */
  sid: string;
  channel: Channel;
  invite: ReturnType<typeof newInvite>;
  routing: Json;
  /** `HQ…` */
  contextSid: string | null;
  task: Task;
  conversationSid: string;
}

/** @returns an interaction, as served: its `routing` holds the current state of the task */
export function interactionResource({
  sid,
  channel,
  task,
  routing,
  contextSid,
}: SimulatedInteraction): object {
  const url = `https://flex-api.twilio.com/v1/Interactions/${sid}`;
  const seconds = Date.parse(task.date_created) / 1_000;
  return {
    sid,
    channel: { type: channel.type, sid: channel.sid },
    routing: {
      reservation: null,
      properties: {
        ...(routing.properties as object | undefined),
        sid: task.sid,
        assignment_status: task.assignment_status,
        attributes: task.attributes,
        routing_target: task.routing_target,
        reason: task.reason,
        date_created: seconds,
        date_updated: seconds,
        task_queue_entered_date: seconds,
        age: 0,
        age_in_queue: 0,
        priority: 0,
        task_channel_unique_name: task.task_channel_unique_name,
      },
    },
    url,
    links: { channels: `${url}/Channels` },
    interaction_context_sid: contextSid,
    webhook_ttid: null,
  };
}

/** @returns a channel that is being set up */
export function newChannel(interactionSid: string, type: string) {
  const sid = newSid('UO');
  const url = `https://flex-api.twilio.com/v1/Interactions/${interactionSid}/Channels/${sid}`;
  return {
    sid,
    interaction_sid: interactionSid,
    type,
    status: 'setup' as ChannelStatus,
    error_code: null as number | null,
    error_message: null as string | null,
    url,
    links: { participants: `${url}/Participants`, invites: `${url}/Invites` },
  };
}

/** @returns an invite of a channel */
export function newInvite({ sid: channel_sid, interaction_sid, url }: Channel, routing: Json) {
  const sid = newSid('KG');
  return { sid, interaction_sid, channel_sid, routing, url: `${url}/Invites/${sid}` };
}
