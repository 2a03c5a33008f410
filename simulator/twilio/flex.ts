import { Hono } from 'hono';
import type { Conversations } from './conversations/conversations';
import type { Conversation } from './conversations/model';
import { answer, type RestEnv } from './http/app';
import { invalid, notFound, TwilioError } from './http/errors';
import { page } from './http/paging';
import { type Origin, readJson } from './http/request';
import { newSid } from './http/sids';
import { identityOf, type Task, type TaskRouter, type Worker } from './taskrouter';

export type ChannelStatus = 'setup' | 'active' | 'failed' | 'closed' | 'inactive';

/** An interaction with its channel, its invite (both as they are served) and its task. */
export interface SimulatedInteraction {
  /** `KD…` */
  sid: string;
  channel: Channel;
  invite: ReturnType<typeof newInvite>;
  routing: Json;
  task: Task;
  conversationSid: string;
}

/** The channel of an interaction, as served. */
type Channel = ReturnType<typeof newChannel>;
type Json = Record<string, unknown>;

interface ParticipantFields {
  address?: string;
  proxy_address?: string;
  identity?: string;
  level?: string;
}

const channelTypes = ['sms', 'whatsapp', 'chat', 'web', 'email', 'messenger'];
const origin: Origin = { source: 'API', webhooks: false };

/**
 * Flex: interactions with their channels and invites. As on Twilio, an interaction is accepted at once and set up a
 * moment later.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api
 */
export class Flex {
  readonly #state: Conversations;
  readonly #taskRouter: TaskRouter;
  #interactions = new Map<string, SimulatedInteraction>();
  #listeners = new Set<() => void>();
  /** How long it takes to set up a channel, in milliseconds; with Infinity it stays in `setup`. */
  setupMs = 150;
  /** Makes the channels of new interactions fail. */
  channelFailure: { code: number; message: string } | undefined;

  constructor(state: Conversations, taskRouter: TaskRouter) {
    this.#state = state;
    this.#taskRouter = taskRouter;
    state.onChange((change) => {
      if (change.type === 'conversationStateUpdated' && change.conversation.state === 'closed') {
        this.#endChannelOf(change.conversation.sid);
      }
    });
  }

  /** @returns a function that removes the listener */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Accepts an interaction and sets it up.
   *
   * @throws TwilioError 400 for a request that Twilio would reject
   */
  createInteraction(channel: Json, routing: Json): SimulatedInteraction {
    const { type, initiated_by, participants } = channel;
    if (typeof type !== 'string' || !channelTypes.includes(type))
      throw invalid(`Channel type ${type} is not supported`);
    const [participant] = Array.isArray(participants) ? (participants as ParticipantFields[]) : [];
    if (initiated_by !== 'agent')
      throw invalid('The local Twilio simulates interactions with initiated_by "agent"');
    checkParticipant(type, participant, channel.properties);
    const properties = (routing.properties ?? {}) as Json;
    const worker = this.#taskRouter.checkRouting(properties);

    // Twilio sends the post-action webhook for Flex's conversations too.
    const conversation = this.#state.createConversation({}, { ...origin, webhooks: true });
    const sid = newSid('KD');
    const made = newChannel(sid, type);
    const invite = newInvite(made, routing);
    const attributes = {
      ...(properties.attributes as object | undefined),
      channelType: type,
      conversationSid: conversation.sid,
      flexInteractionSid: sid,
      flexInteractionChannelSid: made.sid,
      flexChannelInviteSid: invite.sid,
      direction: 'outbound',
      initiatedBy: 'agent',
      conversations: { media: [{ conversation_sid: conversation.sid }] },
    };
    const task = this.#taskRouter.createTask(properties, attributes, worker);
    const interaction = { sid, channel: made, invite, routing, task, conversationSid: conversation.sid };
    this.#interactions.set(interaction.sid, interaction);
    this.#join(interaction, conversation, participant ?? {}, channel.properties);
    if (this.setupMs <= 0) this.#activate(interaction, worker);
    else if (Number.isFinite(this.setupMs)) {
      setTimeout(() => this.#activate(interaction, worker), this.setupMs).unref();
    }
    this.#notify();
    return interaction;
  }

  interactions(): SimulatedInteraction[] {
    return [...this.#interactions.values()];
  }

  /** @throws TwilioError 404 */
  interaction(sid: string): SimulatedInteraction {
    const found = this.#interactions.get(sid);
    if (found) return found;
    throw notFound(`/Interactions/${sid}`);
  }

  /** @throws TwilioError 404 */
  channel(sid: string, channelSid: string): SimulatedInteraction {
    const interaction = this.interaction(sid);
    if (interaction.channel.sid === channelSid) return interaction;
    throw notFound(`/Interactions/${sid}/Channels/${channelSid}`);
  }

  /** Closes a channel, its conversation and its task. */
  closeChannel(
    sid: string,
    channelSid: string,
    to: 'closed' | 'inactive',
    tasks: unknown,
  ): SimulatedInteraction {
    const interaction = this.channel(sid, channelSid);
    const { channel } = interaction;
    if (channel.status === 'failed') throw invalid('The channel has failed and cannot be updated');
    channel.status = to;
    if (to === 'closed') this.#closeConversation(interaction.conversationSid);
    this.#taskRouter.moveTask(interaction.task, tasks === 'closed' ? 'completed' : 'wrapping');
    this.#notify();
    return interaction;
  }

  reset(): void {
    this.#interactions.clear();
    this.setupMs = 150;
    this.channelFailure = undefined;
  }

  /** Adds the customer to the conversation; the channel fails if Twilio rejects that. */
  #join(
    interaction: SimulatedInteraction,
    { sid }: Conversation,
    { address, proxy_address, identity }: ParticipantFields,
    properties: unknown,
  ): void {
    const proxyAddress = proxy_address ?? (properties as { from?: string } | undefined)?.from;
    try {
      if (this.channelFailure) {
        const { code, message } = this.channelFailure;
        throw new TwilioError(400, code, message);
      }
      this.#state.addParticipant(
        sid,
        identity === undefined ? { address, proxyAddress } : { identity },
        origin,
      );
    } catch (error) {
      if (!(error instanceof TwilioError)) throw error;
      const { code: error_code, message: error_message } = error;
      Object.assign(interaction.channel, { status: 'failed', error_code, error_message });
      this.#taskRouter.moveTask(interaction.task, 'canceled');
      this.#closeConversation(sid);
    }
  }

  #activate(interaction: SimulatedInteraction, worker: Worker): void {
    if (interaction.channel.status !== 'setup' || !this.#interactions.has(interaction.sid)) return;
    this.#state.addParticipant(interaction.conversationSid, { identity: identityOf(worker) }, origin);
    interaction.channel.status = 'active';
    this.#taskRouter.moveTask(interaction.task, 'assigned');
    this.#notify();
  }

  /** When a conversation is closed, its channel is closed too, and the agent wraps up the task. */
  #endChannelOf(conversationSid: string): void {
    const interaction = this.interactions().find((one) => one.conversationSid === conversationSid);
    if (!interaction || !['setup', 'active'].includes(interaction.channel.status)) return;
    interaction.channel.status = 'closed';
    this.#taskRouter.moveTask(interaction.task, 'wrapping');
    this.#notify();
  }

  #closeConversation(sid: string): void {
    if (this.#state.conversation(sid).state !== 'closed') {
      this.#state.updateConversation(sid, { state: 'closed' }, origin);
    }
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function checkParticipant(type: string, one: ParticipantFields | undefined, properties: unknown): void {
  const missing = (name: string): TwilioError => invalid(`Channel ${type} needs a participant with ${name}`);
  if (type === 'chat' || type === 'web') {
    if (!one?.identity) throw missing('identity');
    return;
  }
  if (!one?.address) throw missing('address');
  if (type === 'email') {
    const { from, from_name } = (properties ?? {}) as Record<string, unknown>;
    if (one.level !== 'to') throw missing('level "to"');
    if (!from || !from_name) throw invalid('Channel email needs properties.from and properties.from_name');
    return;
  }
  if (!one.proxy_address) throw missing('proxy_address');
  const prefix = { sms: /^\+\d+$/, whatsapp: /^whatsapp:\+\d+$/, messenger: /^messenger:\S+$/ }[type];
  for (const address of [one.address, one.proxy_address]) {
    if (!prefix?.test(address))
      throw invalid(`${JSON.stringify(address)} is not a valid address for channel ${type}`);
  }
}

/** The simulated part of the Interactions API: agent-initiated interactions, their channels and invites. */
export function flexRoutes(flex: Flex): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Interactions');
  app.post('/', (c) => {
    const { Channel, Routing = '{}' } = c.env.form;
    const made = flex.createInteraction(readJson('Channel', Channel), readJson('Routing', Routing));
    return answer(c, interactionResource(made));
  });
  app.get('/:sid', (c) => answer(c, interactionResource(flex.interaction(c.req.param('sid')))));
  app.get('/:sid/Channels', (c) =>
    answer(c, page(c, 'channels', [flex.interaction(c.req.param('sid')).channel])),
  );
  app.get('/:sid/Channels/:channel', (c) => {
    const { sid, channel } = c.req.param();
    return answer(c, flex.channel(sid, channel).channel);
  });
  app.post('/:sid/Channels/:channel', (c) => {
    const { sid, channel } = c.req.param();
    const { Status, Routing = '{}' } = c.env.form;
    const { status } = readJson('Routing', Routing);
    return answer(c, flex.closeChannel(sid, channel, Status as 'closed' | 'inactive', status).channel);
  });
  app.get('/:sid/Channels/:channel/Invites', (c) => {
    const { sid, channel } = c.req.param();
    return answer(c, page(c, 'invites', [flex.channel(sid, channel).invite]));
  });
  return app;
}

/** `routing` holds the current state of the task. */
function interactionResource({ sid, channel, task, routing }: SimulatedInteraction): object {
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
    interaction_context_sid: null,
    webhook_ttid: null,
  };
}

function newChannel(interactionSid: string, type: string) {
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

function newInvite({ sid: channel_sid, interaction_sid, url }: Channel, routing: Json) {
  const sid = newSid('KG');
  return { sid, interaction_sid, channel_sid, routing, url: `${url}/Invites/${sid}` };
}
