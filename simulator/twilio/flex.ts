import { randomBytes } from 'node:crypto';
import { notFound, TwilioError } from './errors';
import type { Conversation, Origin } from './model';
import { fixedSid, newSid } from './sids';
import type { TwilioState } from './state';

/** Where tasks are, and who does them. */
export interface Workspace {
  workspaceSid: string;
  workflowSid: string;
  queueSid: string;
}

/** A Flex agent. */
export interface FlexWorker {
  /** `WK…` */
  sid: string;
  /** The user's name, often an e-mail address. */
  friendlyName: string;
  /** In conversations: the name in Flex's own spelling, e.g. `alice_40example_2Ecom`. */
  identity: string;
}

export type TaskStatus = 'pending' | 'reserved' | 'assigned' | 'canceled' | 'completed' | 'wrapping';

export interface Task {
  /** `WT…` */
  sid: string;
  attributes: Record<string, unknown>;
  status: TaskStatus;
  reason: string | null;
  taskChannel: string;
  workerSid: string;
  dateCreated: Date;
  dateUpdated: Date;
  workspace: Workspace;
}

export type ChannelStatus = 'setup' | 'active' | 'failed' | 'closed' | 'inactive';

/** An interaction with its one channel, its invite and its task. */
export interface SimulatedInteraction {
  /** `KD…` */
  sid: string;
  channelSid: string;
  inviteSid: string;
  type: string;
  status: ChannelStatus;
  errorCode: number | null;
  errorMessage: string | null;
  conversationSid: string;
  task: Task;
  routing: Record<string, unknown>;
}

/** What Twilio says of a Flex token. */
export interface TokenVerdict {
  valid: boolean;
  code: number;
  message: string | null;
  expiration: string | null;
  realm_user_id: string | null;
  identity: string | null;
  roles: string[] | null;
  worker_sid: string | null;
}

interface Token {
  verdict: TokenVerdict;
  accountSid: string;
  expires: number;
}

interface ParticipantFields {
  address?: string;
  proxy_address?: string;
  identity?: string;
  level?: string;
}

const channelTypes = ['sms', 'whatsapp', 'chat', 'web', 'email', 'messenger'];
const origin: Origin = { source: 'API', webhooks: false };

/**
 * Flex: interactions with their channels, invites and tasks, the workers of a TaskRouter workspace, and the tokens of
 * Flex users. An interaction is accepted at once and set up a moment later, as at Twilio.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api
 */
export class FlexModel {
  readonly #state: TwilioState;
  #workspace: Workspace = {
    workspaceSid: fixedSid('WS', 1),
    workflowSid: fixedSid('WW', 1),
    queueSid: fixedSid('WQ', 1),
  };
  #workers = new Map<string, FlexWorker>();
  #interactions = new Map<string, SimulatedInteraction>();
  #tokens = new Map<string, Token>();
  #listeners = new Set<() => void>();
  /** How long a channel takes to be set up, in milliseconds; 0 for not at all, Infinity for ever. */
  setupMs = 150;
  /** Lets the channels of interactions fail that are created from now on. */
  channelFailure: { code: number; message: string } | undefined;

  constructor(state: TwilioState) {
    this.#state = state;
    state.onChange((change) => {
      if (change.type === 'conversationStateUpdated' && change.conversation.state === 'closed') {
        this.#endChannelOf(change.conversation.sid);
      }
    });
  }

  get accountSid(): string {
    return this.#state.accountSid;
  }

  get workspace(): Workspace {
    return this.#workspace;
  }

  /** Takes over the SIDs that the functions are configured with. */
  configure(workspace: Partial<Workspace>): void {
    this.#workspace = { ...this.#workspace, ...workspace };
  }

  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Makes an agent of a user, if there is none of this name. */
  putWorker(friendlyName: string): FlexWorker {
    const known = this.#workers.get(friendlyName);
    if (known) return known;
    const sid = fixedSid('WK', this.#workers.size + 1);
    const worker = { sid, friendlyName, identity: flexIdentity(friendlyName) };
    this.#workers.set(friendlyName, worker);
    return worker;
  }

  workers(): FlexWorker[] {
    return [...this.#workers.values()];
  }

  /** @throws TwilioError 404 */
  worker(sid: string): FlexWorker {
    const found = this.workers().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/Workspaces/${this.#workspace.workspaceSid}/Workers/${sid}`);
  }

  /** @throws TwilioError 404 */
  workerNamed(friendlyName: string): FlexWorker {
    const found = this.#workers.get(friendlyName);
    if (found) return found;
    throw new TwilioError(404, 20404, `There is no agent ${friendlyName} in Flex`);
  }

  /**
   * Logs a user into Flex.
   *
   * @param options.accountSid of which account the token is; this one's unless told
   * @returns the token
   */
  issueToken(
    friendlyName: string,
    options: { roles?: string[]; lifeMs?: number; accountSid?: string; worker?: boolean } = {},
  ): string {
    const { roles = ['agent'], lifeMs = 3_600_000, accountSid = this.accountSid, worker = true } = options;
    const { sid, identity } = this.putWorker(friendlyName);
    const expires = Date.now() + lifeMs;
    const token = `local-flex-token.${randomBytes(24).toString('base64url')}`;
    const verdict: TokenVerdict = {
      valid: true,
      code: 0,
      message: null,
      expiration: new Date(expires).toISOString(),
      realm_user_id: friendlyName,
      identity,
      roles,
      worker_sid: worker ? sid : null,
    };
    this.#tokens.set(token, { verdict, accountSid, expires });
    return token;
  }

  /** What Twilio answers about a token. */
  validateToken(text: string): TokenVerdict {
    const token = this.#tokens.get(text);
    if (!token || token.accountSid !== this.accountSid) return refusal(20101, 'Invalid Access Token');
    if (token.expires <= Date.now()) return refusal(20104, 'Access Token expired or expiration date invalid');
    return token.verdict;
  }

  /**
   * Accepts an interaction and sets it up.
   *
   * @throws TwilioError 400 for what Twilio would not accept
   */
  createInteraction(
    channel: Record<string, unknown>,
    routing: Record<string, unknown>,
  ): SimulatedInteraction {
    const { type, initiated_by, participants } = channel;
    if (typeof type !== 'string' || !channelTypes.includes(type))
      throw invalid(`Channel type ${type} is not supported`);
    const [participant] = Array.isArray(participants) ? (participants as ParticipantFields[]) : [];
    if (initiated_by !== 'agent')
      throw invalid('The local Twilio simulates interactions with initiated_by "agent"');
    checkParticipant(type, participant, channel.properties);
    const properties = (routing.properties ?? {}) as Record<string, unknown>;
    const worker = this.#checkRouting(properties);

    // The post-action webhook comes for Flex's conversations too.
    const conversation = this.#state.createConversation({}, { ...origin, webhooks: true });
    const interaction: SimulatedInteraction = {
      sid: newSid('KD'),
      channelSid: newSid('UO'),
      inviteSid: newSid('KG'),
      type,
      status: 'setup',
      errorCode: null,
      errorMessage: null,
      conversationSid: conversation.sid,
      task: this.#makeTask(properties, worker),
      routing,
    };
    Object.assign(interaction.task.attributes, {
      channelType: type,
      conversationSid: conversation.sid,
      flexInteractionSid: interaction.sid,
      flexInteractionChannelSid: interaction.channelSid,
      flexChannelInviteSid: interaction.inviteSid,
      direction: 'outbound',
      initiatedBy: 'agent',
      conversations: { media: [{ conversation_sid: conversation.sid }] },
    });
    this.#interactions.set(interaction.sid, interaction);
    this.#join(interaction, conversation, participant ?? {}, channel.properties);
    if (this.setupMs <= 0) this.#activate(interaction, worker);
    else if (Number.isFinite(this.setupMs)) {
      setTimeout(() => this.#activate(interaction, worker), this.setupMs).unref();
    }
    this.#tell();
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
    if (interaction.channelSid === channelSid) return interaction;
    throw notFound(`/Interactions/${sid}/Channels/${channelSid}`);
  }

  /** Closes a channel, its conversation and its task. */
  closeChannel(
    sid: string,
    channelSid: string,
    to: 'closed' | 'inactive',
    tasks: string | undefined,
  ): SimulatedInteraction {
    const interaction = this.channel(sid, channelSid);
    if (interaction.status === 'failed') throw invalid('The channel has failed and cannot be updated');
    interaction.status = to;
    if (to === 'closed') this.#closeConversation(interaction.conversationSid);
    this.#moveTask(interaction.task, tasks === 'closed' ? 'completed' : 'wrapping');
    this.#tell();
    return interaction;
  }

  tasks(): Task[] {
    return this.interactions().map(({ task }) => task);
  }

  /** @throws TwilioError 404 */
  task(sid: string): Task {
    const found = this.tasks().find((one) => one.sid === sid);
    if (found) return found;
    throw notFound(`/Workspaces/${this.#workspace.workspaceSid}/Tasks/${sid}`);
  }

  reset(): void {
    this.#interactions.clear();
    this.#tokens.clear();
    this.setupMs = 150;
    this.channelFailure = undefined;
  }

  #checkRouting(properties: Record<string, unknown>): FlexWorker {
    const expected = {
      workspace_sid: this.#workspace.workspaceSid,
      workflow_sid: this.#workspace.workflowSid,
      queue_sid: this.#workspace.queueSid,
    };
    for (const [name, sid] of Object.entries(expected)) {
      if (properties[name] !== sid)
        throw invalid(`Routing property ${name} is missing, or names what is not there`);
    }
    return this.worker(String(properties.worker_sid));
  }

  #makeTask(properties: Record<string, unknown>, worker: FlexWorker): Task {
    const now = new Date();
    const attributes = (properties.attributes ?? {}) as Record<string, unknown>;
    return {
      sid: newSid('WT'),
      attributes: { ...attributes },
      status: 'pending',
      reason: null,
      taskChannel: String(properties.task_channel_unique_name ?? 'default'),
      workerSid: worker.sid,
      dateCreated: now,
      dateUpdated: now,
      workspace: this.#workspace,
    };
  }

  /** The customer joins the conversation; where that cannot be, the channel fails. */
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
      Object.assign(interaction, { status: 'failed', errorCode: error.code, errorMessage: error.message });
      this.#moveTask(interaction.task, 'canceled');
      this.#closeConversation(sid);
    }
  }

  #activate(interaction: SimulatedInteraction, { identity }: FlexWorker): void {
    if (interaction.status !== 'setup' || !this.#interactions.has(interaction.sid)) return;
    this.#state.addParticipant(interaction.conversationSid, { identity }, origin);
    interaction.status = 'active';
    this.#moveTask(interaction.task, 'assigned');
    this.#tell();
  }

  /** With its conversation a channel is over, and its task is left to be wrapped up. */
  #endChannelOf(conversationSid: string): void {
    const interaction = this.interactions().find((one) => one.conversationSid === conversationSid);
    if (!interaction || !['setup', 'active'].includes(interaction.status)) return;
    interaction.status = 'closed';
    this.#moveTask(interaction.task, 'wrapping');
    this.#tell();
  }

  #closeConversation(sid: string): void {
    if (this.#state.conversation(sid).state !== 'closed') {
      this.#state.updateConversation(sid, { state: 'closed' }, origin);
    }
  }

  #moveTask(task: Task, status: TaskStatus): void {
    if (['canceled', 'completed'].includes(task.status)) return;
    Object.assign(task, { status, dateUpdated: new Date() });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** @returns a name as Flex spells it in identities: what is no letter or digit becomes `_` and two hexadecimal digits */
function flexIdentity(name: string): string {
  return name.replace(
    /[^A-Za-z0-9]/g,
    (letter) => `_${letter.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

/** What Twilio says of a token that it does not accept. */
function refusal(code: number, message: string): TokenVerdict {
  const nothing = { expiration: null, realm_user_id: null, identity: null, roles: null, worker_sid: null };
  return { valid: false, code, message, ...nothing };
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
    if (!prefix?.test(address)) throw invalid(`${JSON.stringify(address)} is no address of channel ${type}`);
  }
}

function invalid(message: string): TwilioError {
  return new TwilioError(400, 20001, message);
}
