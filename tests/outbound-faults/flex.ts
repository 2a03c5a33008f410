import { type Conversation, type Conversations, isOpen } from './conversations';
import type { Ground } from './ground';
import { type Asked, notFound, ok, page, Refusal, type Route } from './http';
import { readCondition } from './task-condition';

interface GivenParticipant {
  address?: string;
  proxy_address?: string;
  identity?: string;
  level?: string;
}

interface GivenChannel {
  type?: string;
  initiated_by?: string;
  participants?: GivenParticipant[];
  properties?: Record<string, string>;
}

type RoutingProperties = Record<string, string | undefined> & { attributes?: object | string };

export interface Interaction {
  sid: string;
  channelSid: string;
  inviteSid: string;
  taskSid: string;
  type: string;
  status: 'setup' | 'active' | 'failed' | 'closed';
  error: { code: number; message: string } | undefined;
  conversation: Conversation;
  /** Of the task. */
  attributes: Record<string, unknown>;
  assignment: 'pending' | 'completed' | 'wrapping';
  routing: RoutingProperties;
  created: number;
  completed: number | undefined;
}

const api = 'flex-api\\.twilio\\.com/v1/Interactions';
const taskRouter = 'taskrouter\\.twilio\\.com/v1/Workspaces/(WS[0-9a-f]{32})';
/** TaskRouter forgets a task that was completed. */
const forgottenMs = 300_000;

/**
 * Interactions with their channels, and their tasks in TaskRouter.
 *
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/interactions
 * @see https://www.twilio.com/docs/flex/developer/conversations/interactions-api/channels-subresource
 */
export class Flex {
  readonly workspaceSid = `WS${'1'.repeat(32)}`;
  readonly workflowSid = `WW${'1'.repeat(32)}`;
  readonly queueSid = `WQ${'1'.repeat(32)}`;
  readonly interactions: Interaction[] = [];
  readonly #workers: { sid: string; name: string }[] = [];
  readonly #ground: Ground;
  readonly #conversations: Conversations;

  constructor(ground: Ground, conversations: Conversations) {
    this.#ground = ground;
    this.#conversations = conversations;
  }

  readonly routes: Route[] = [
    { method: 'POST', address: new RegExp(`^${api}$`), answer: (asked) => this.#create(asked) },
    {
      method: 'GET',
      address: new RegExp(`^${api}/(KD[0-9a-f]{32})$`),
      answer: (_asked, sid = '') => ok(this.#resource(this.#find(sid))),
    },
    {
      method: 'GET',
      address: new RegExp(`^${api}/(KD[0-9a-f]{32})/Channels$`),
      answer: (asked, sid = '') => page(asked, 'channels', [this.#channelResource(this.#find(sid))]),
    },
    {
      method: 'GET',
      address: new RegExp(`^${api}/(KD[0-9a-f]{32})/Channels/(UO[0-9a-f]{32})$`),
      answer: (_asked, sid = '', channel = '') => ok(this.#channelResource(this.#find(sid, channel))),
    },
    {
      method: 'POST',
      address: new RegExp(`^${api}/(KD[0-9a-f]{32})/Channels/(UO[0-9a-f]{32})$`),
      answer: ({ form }, sid = '', channel = '') => {
        const interaction = this.#find(sid, channel);
        if (form.Status !== 'closed') throw new Refusal(400, 20001, 'Status must be closed');
        const routing = form.Routing === undefined ? {} : JSON.parse(form.Routing);
        this.close(interaction, routing.status === 'closed' ? 'completed' : 'wrapping');
        return ok(this.#channelResource(interaction));
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${api}/(KD[0-9a-f]{32})/Channels/(UO[0-9a-f]{32})/Invites$`),
      answer: (asked, sid = '', channel = '') => {
        const interaction = this.#find(sid, channel);
        const { inviteSid, channelSid } = interaction;
        const routing = { properties: this.#task(interaction) };
        return page(asked, 'invites', [
          { sid: inviteSid, channel_sid: channelSid, interaction_sid: interaction.sid, routing },
        ]);
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${taskRouter}/Tasks$`),
      answer: (asked) => {
        const accepts = readCondition(asked.query.EvaluateTaskAttributes ?? '');
        const listed = this.interactions.filter(
          (one) => this.#hasTask(one) && this.#ground.isListed(one.created) && accepts(one.attributes),
        );
        const { taskListHasAttributes } = this.#ground.nature;
        return page(
          asked,
          'tasks',
          listed.map((one) => ({ ...this.#task(one), ...(!taskListHasAttributes && { attributes: null }) })),
        );
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${taskRouter}/Tasks/(WT[0-9a-f]{32})$`),
      answer: (_asked, _workspace, sid = '') => {
        const interaction = this.interactions.find((one) => one.taskSid === sid && this.#hasTask(one));
        if (!interaction) throw notFound(`/Tasks/${sid}`);
        return ok(this.#task(interaction));
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${taskRouter}/Workers$`),
      answer: (asked, workspace = '') => {
        const { FriendlyName: name } = asked.query;
        const found = this.#workers.filter((one) => name === undefined || one.name === name);
        return page(
          asked,
          'workers',
          found.map((one) => this.#workerResource(workspace, one)),
        );
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${taskRouter}/Workers/(WK[0-9a-f]{32})$`),
      answer: (_asked, workspace = '', sid = '') => {
        const worker = this.#workers.find((one) => one.sid === sid);
        if (!worker) throw notFound(`/Workers/${sid}`);
        return ok(this.#workerResource(workspace, worker));
      },
    },
  ];

  addWorker(name: string): string {
    const sid = this.#ground.newSid('WK');
    this.#workers.push({ sid, name });
    return sid;
  }

  /**
   * Closing the channel closes the conversation too; the reverse is not so.
   *
   * @see https://www.twilio.com/docs/api/errors/80906
   */
  close(interaction: Interaction, assignment: 'completed' | 'wrapping'): void {
    interaction.status = 'closed';
    this.#conversations.setState(interaction.conversation, 'closed');
    if (interaction.assignment === 'completed') return;
    interaction.assignment = assignment;
    if (assignment === 'completed') interaction.completed = this.#ground.clock.now();
  }

  /** Removes the task, as the time after its end does. */
  forgetTask(interaction: Interaction): void {
    interaction.assignment = 'completed';
    interaction.completed = Number.NEGATIVE_INFINITY;
  }

  #create({ form }: Asked) {
    const channel = JSON.parse(form.Channel ?? '{}') as GivenChannel;
    const { properties: routing = {} } = JSON.parse(form.Routing ?? '{}') as {
      properties?: RoutingProperties;
    };
    if (!channel.type || channel.initiated_by !== 'agent') throw new Refusal(400, 20001, 'Invalid channel');
    for (const name of ['workspace_sid', 'workflow_sid', 'queue_sid', 'worker_sid']) {
      if (!routing[name]) throw new Refusal(400, 20001, `Missing routing property ${name}`);
    }
    if (!this.#workers.some(({ sid }) => sid === routing.worker_sid))
      throw new Refusal(400, 20001, 'Invalid worker');
    const { attributes: given = {} } = routing;
    const media = channel.properties?.media_channel_sid;
    const conversation = media ? this.#conversations.find(media) : this.#conversations.add(null, '{}');
    const sids = {
      sid: this.#ground.newSid('KD'),
      channelSid: this.#ground.newSid('UO'),
      inviteSid: this.#ground.newSid('KG'),
      taskSid: this.#ground.newSid('WT'),
    };
    const interaction: Interaction = {
      ...sids,
      type: channel.type,
      status: 'setup',
      error: undefined,
      conversation,
      attributes: {
        ...(typeof given === 'string' ? JSON.parse(given) : given),
        channelType: channel.type,
        conversationSid: conversation.sid,
        direction: 'outbound',
        initiatedBy: 'agent',
        flexInteractionSid: sids.sid,
        flexInteractionChannelSid: sids.channelSid,
        flexChannelInviteSid: sids.inviteSid,
      },
      assignment: 'pending',
      routing,
      created: this.#ground.clock.now(),
      completed: undefined,
    };
    this.interactions.push(interaction);
    this.#ground.clock.after(this.#ground.nature.setupMs, () => this.#activate(interaction, channel));
    return ok(this.#resource(interaction));
  }

  /** @see https://www.twilio.com/docs/api/errors/80102 and https://www.twilio.com/docs/api/errors/45354 */
  #activate(interaction: Interaction, { participants = [], properties = {} }: GivenChannel): void {
    if (interaction.status !== 'setup') return;
    const { conversation } = interaction;
    try {
      if (!isOpen(conversation))
        throw new Refusal(400, 45354, 'Cannot create a Channel for a closed Conversation.');
      for (const {
        address,
        proxy_address: proxy = properties.from,
        identity = null,
        level,
      } of participants) {
        const isThere = conversation.participants.some(
          (one) =>
            (address !== undefined && one.binding?.address === address) ||
            (identity !== null && one.identity === identity),
        );
        if (!isThere) this.#conversations.join(conversation, identity, address, proxy, level);
      }
      interaction.status = 'active';
    } catch (error) {
      const { code } = error as Refusal;
      interaction.status = 'failed';
      interaction.error = { code: code === 50416 ? 80102 : code, message: (error as Refusal).message };
    }
  }

  #hasTask({ completed }: Interaction): boolean {
    return completed === undefined || completed + forgottenMs > this.#ground.clock.now();
  }

  #find(sid: string, channel?: string): Interaction {
    const interaction = this.interactions.find(
      (one) => one.sid === sid && (channel === undefined || one.channelSid === channel),
    );
    if (!interaction) throw notFound(`/Interactions/${sid}${channel ? `/Channels/${channel}` : ''}`);
    return interaction;
  }

  #resource(interaction: Interaction): object {
    const url = `https://flex-api.twilio.com/v1/Interactions/${interaction.sid}`;
    return {
      sid: interaction.sid,
      channel: { type: interaction.type, sid: interaction.channelSid },
      routing: { reservation: null, properties: this.#task(interaction) },
      interaction_context_sid: null,
      webhook_ttid: null,
      url,
      links: { channels: `${url}/Channels` },
    };
  }

  #channelResource({ sid, channelSid, type, status, error }: Interaction): object {
    const url = `https://flex-api.twilio.com/v1/Interactions/${sid}/Channels/${channelSid}`;
    return {
      sid: channelSid,
      interaction_sid: sid,
      type,
      status,
      error_code: error?.code ?? null,
      error_message: error?.message ?? null,
      url,
      links: {
        participants: `${url}/Participants`,
        invites: `${url}/Invites`,
        transfers: `${url}/Transfers`,
      },
    };
  }

  #task({ taskSid, attributes, assignment, created, routing }: Interaction): object {
    return {
      sid: taskSid,
      account_sid: this.#ground.accountSid,
      workspace_sid: this.workspaceSid,
      workflow_sid: routing.workflow_sid,
      task_queue_sid: routing.queue_sid,
      task_channel_unique_name: routing.task_channel_unique_name ?? 'default',
      routing_target: routing.worker_sid,
      assignment_status: assignment,
      attributes: JSON.stringify(attributes),
      priority: 0,
      age: 0,
      reason: '',
      timeout: 86_400,
      addons: '{}',
      date_created: this.#ground.date(created),
      date_updated: this.#ground.date(created),
      url: `https://taskrouter.twilio.com/v1/Workspaces/${this.workspaceSid}/Tasks/${taskSid}`,
      links: {},
    };
  }

  #workerResource(workspace: string, { sid, name }: { sid: string; name: string }): object {
    return {
      sid,
      friendly_name: name,
      account_sid: this.#ground.accountSid,
      workspace_sid: workspace,
      activity_sid: `WA${'1'.repeat(32)}`,
      activity_name: 'Available',
      attributes: JSON.stringify({
        contact_uri: `client:${name.replaceAll('@', '_40').replaceAll('.', '_2E')}`,
      }),
      available: true,
      date_created: this.#ground.date(0),
      date_updated: this.#ground.date(0),
      date_status_changed: this.#ground.date(0),
      url: `https://taskrouter.twilio.com/v1/Workspaces/${workspace}/Workers/${sid}`,
      links: {},
    };
  }
}
