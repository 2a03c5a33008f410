import { Hono } from 'hono';
import type { Conversations } from './conversations/conversations';
import type { Conversation } from './conversations/model';
import {
  interactionResource,
  type Json,
  newChannel,
  newInvite,
  type SimulatedInteraction,
} from './flex-resources';
import { answer, type RestEnv } from './http/app';
import { invalid, notFound, TwilioError } from './http/errors';
import { page } from './http/paging';
import { type Origin, readJson } from './http/request';
import { newSid } from './http/sids';
import { identityOf, type TaskRouter, type Worker } from './taskrouter';

export type { SimulatedInteraction } from './flex-resources';

interface ParticipantFields {
  address?: string;
  proxy_address?: string;
  identity?: string;
  level?: string;
}

const channelTypes = ['sms', 'whatsapp', 'chat', 'web', 'email', 'messenger'];
const origin: Origin = { source: 'API', webhooks: false };

/** What becomes of an interaction after its channel has been set up. */
export interface Aftermath {
  /** What the agent does with the task: takes it, declines it, or lets it ring. */
  agentResponse: 'accept' | 'decline' | 'ignore';
  /** The channel fails so many milliseconds after it became active; null: it does not. */
  channelFailsAfterMs: number | null;
  /** Its `error_code` then. */
  channelErrorCode: number;
}

/** Something that happened to an interaction after its start. */
export interface FlexEvent {
  type: 'agentDeclined' | 'reservationTimedOut' | 'channelFailed';
  interaction: SimulatedInteraction;
}

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
  #eventListeners = new Set<(event: FlexEvent) => void>();
  /** How long it takes to set up a channel, in milliseconds; with Infinity it stays in `setup`. */
  setupMs = 150;
  /** Makes the channels of new interactions fail. */
  channelFailure: { code: number; message: string } | undefined;
  /** What becomes of interactions that are created from now on. */
  aftermath: Aftermath = { agentResponse: 'accept', channelFailsAfterMs: null, channelErrorCode: 20500 };
  /** How long after the channel became active an agent declines, in milliseconds. */
  declineMs = 1_000;
  /** The workflow's reservation timeout, in milliseconds. */
  reservationTimeoutMs = 120_000;

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

  /** @returns a function that removes the listener */
  onEvent(listener: (event: FlexEvent) => void): () => void {
    this.#eventListeners.add(listener);
    return () => this.#eventListeners.delete(listener);
  }

  /**
   * Accepts an interaction and sets it up.
   *
   * @throws TwilioError 400 for a request that Twilio would reject
   */
  createInteraction(channel: Json, routing: Json, contextSid: string | null = null): SimulatedInteraction {
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
    const conversationSid = conversation.sid;
    const interaction = { sid, channel: made, invite, routing, contextSid, task, conversationSid };
    this.#interactions.set(interaction.sid, interaction);
    this.#join(interaction, conversation, participant ?? {}, channel.properties);
    const { aftermath } = this;
    this.#later(this.setupMs, interaction, () => this.#activate(interaction, worker, aftermath));
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

  /**
   * It is unsure whether a channel becomes active before the agent accepts, and whether Flex accepts for the agent who
   * has asked for it. The channel's status is about its setup, so here it does not wait for the agent.
   *
   * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
   */
  #activate(interaction: SimulatedInteraction, worker: Worker, aftermath: Aftermath): void {
    const { channel, task, conversationSid } = interaction;
    const { agentResponse, channelFailsAfterMs, channelErrorCode } = aftermath;
    if (channel.status !== 'setup') return;
    if (agentResponse === 'accept') {
      this.#state.addParticipant(conversationSid, { identity: identityOf(worker) }, origin);
    }
    channel.status = 'active';
    this.#taskRouter.moveTask(task, agentResponse === 'accept' ? 'assigned' : 'reserved');
    if (agentResponse === 'decline')
      this.#later(this.declineMs, interaction, () => this.#decline(interaction));
    if (agentResponse === 'ignore') {
      this.#later(this.reservationTimeoutMs, interaction, () => this.#endReservation(interaction));
    }
    if (channelFailsAfterMs !== null) {
      this.#later(channelFailsAfterMs, interaction, () => this.#failChannel(interaction, channelErrorCode));
    }
    this.#notify();
  }

  /**
   * The task, which names its worker, is canceled, and the conversation stays active without an agent. It is unsure
   * what becomes of the channel: here it stays active.
   *
   * @see https://www.twilio.com/docs/flex/developer/conversations/best-practices#handle-declined-agent-reservations
   */
  #decline(interaction: SimulatedInteraction): void {
    if (interaction.task.assignment_status !== 'reserved') return;
    this.#taskRouter.moveTask(interaction.task, 'canceled');
    this.#report({ type: 'agentDeclined', interaction });
  }

  /**
   * The task becomes pending again. It is unsure when it is offered to its worker the next time: here never.
   *
   * @see https://www.twilio.com/docs/taskrouter/lifecycle-task-state
   */
  #endReservation(interaction: SimulatedInteraction): void {
    if (interaction.task.assignment_status !== 'reserved') return;
    this.#taskRouter.moveTask(interaction.task, 'pending');
    this.#report({ type: 'reservationTimedOut', interaction });
  }

  /**
   * It is unsure what becomes of the task and the conversation of a channel that fails after its setup: here they stay.
   *
   * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/channels-subresource
   */
  #failChannel(interaction: SimulatedInteraction, error_code: number): void {
    const { channel } = interaction;
    if (channel.status !== 'active') return;
    Object.assign(channel, { status: 'failed', error_code, error_message: 'The channel failed' });
    this.#report({ type: 'channelFailed', interaction });
  }

  /** Does something after so many milliseconds, if the interaction is still there; never with Infinity. */
  #later(ms: number, { sid }: SimulatedInteraction, work: () => void): void {
    if (ms <= 0) work();
    else if (Number.isFinite(ms)) setTimeout(() => this.#interactions.has(sid) && work(), ms).unref();
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

  #report(event: FlexEvent): void {
    for (const listener of this.#eventListeners) listener(event);
    this.#notify();
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
    const { Channel, Routing = '{}', InteractionContextSid: context } = c.env.form;
    const made = flex.createInteraction(readJson('Channel', Channel), readJson('Routing', Routing), context);
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
