import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  ActionResult,
  Faults,
  FlexOutboundRequest,
  FlexResult,
  InboundRequest,
  OutgoingRequest,
  ResendRequest,
  RestEntry,
  ServerEvent,
  Settings,
  SimulatedConversation,
  SimulatedCustomer,
  SimulatedWorker,
  Snapshot,
  TimelineEntry,
  WorkerMessageRequest,
} from './api';
import { ControlServer } from './control-server';
import { FlexClient, readAnswer } from './flex-client';
import { FrontlineApp } from './frontline-app';
import { FunctionsProcess } from './functions-process';
import { Gateway } from './gateway';
import { InboundMessages } from './inbound';
import { type ProjectData, readProject } from './project-data';
import { scenarios } from './scenarios';
import { Timeline } from './timeline';
import { TwilioError } from './twilio/errors';
import type { Change, Conversation } from './twilio/model';
import { type RunningProxy, startProxy } from './twilio/proxy';
import { RestApi } from './twilio/rest';
import { TwilioState } from './twilio/state';
import { conversationAddedFields, participantAddedFields } from './webhook-fields';
import { curlOf, paths, WebhookSender, type WebhookTimelineEntry } from './webhooks';

export interface LocalTwilioOptions {
  /** The project's folder, built. */
  root: string;
  ports: { functions: number; console: number; proxy: number };
  /** Where the functions' own output goes. */
  onOutput(line: string): void;
}

type AutoCreation = { enabled?: boolean; conversation_service_sid?: string | null } | null;

/** The post-action webhooks of Conversations that are simulated. */
const postWebhooks = ['onConversationAdded', 'onParticipantAdded'];

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);

/** With which servers call `/flex/outbound-message` where `.env` has no OUTBOUND_API_KEY. */
export const localApiKey = 'local-outbound-key-0123456789abcdef';

/**
 * The local Twilio: the functions behind a gateway, Twilio's REST side behind a proxy, customers' phones, the
 * Frontline app, and a timeline of all that goes on between them.
 */
export class LocalTwilio {
  readonly timeline = new Timeline();
  readonly state = new TwilioState({ accountSid, authToken });
  /** Whether projected addresses come in square brackets in webhooks. */
  brackets = false;
  /** How long a conversation that a message creates is initializing, and refuses changes by REST. */
  initializingMs = 0;
  readonly #options: LocalTwilioOptions;
  readonly rest: RestApi;
  readonly #webhooks: WebhookSender;
  readonly #inbound: InboundMessages;
  readonly #app: FrontlineApp;
  readonly #flex: FlexClient;
  readonly #gateway: Gateway;
  readonly #control: ControlServer;
  #functions: FunctionsProcess | undefined;
  #proxy: RunningProxy | undefined;
  #data: ProjectData;
  #build: Snapshot['build'] = { ok: true };
  #strangers: SimulatedCustomer[] = [];
  #nextStranger = 0;
  #listeners = new Set<(event: ServerEvent) => void>();
  #settings: Settings = {
    routingMode: 'custom',
    deliverTwice: false,
    faults: { rest: 'none', restTimes: null, badSignature: false },
  };

  constructor(options: LocalTwilioOptions) {
    this.#options = options;
    this.#data = readProject(options.root);
    this.rest = new RestApi(this.state);
    const { state, timeline } = this;
    this.#webhooks = new WebhookSender({
      urlOf: (name) => this.#urlOf(name),
      authToken,
      timeline,
      badSignature: () => this.#settings.faults.badSignature,
    });
    this.#inbound = new InboundMessages({
      state,
      timeline,
      webhooks: this.#webhooks,
      routingMode: () => this.#settings.routingMode,
      routesOn: () => this.#data.routesOn,
      deliverTwice: () => this.#settings.deliverTwice,
      autocreates: (address) => this.#autoCreation(address)?.enabled !== false,
      serviceOf: (address) => this.#autoCreation(address)?.conversation_service_sid ?? undefined,
      nameOf: (address) => this.#nameOf(address),
      brackets: () => this.brackets,
      initializingMs: () => this.initializingMs,
    });
    this.#app = new FrontlineApp({
      state,
      timeline,
      webhooks: this.#webhooks,
      nameOf: (author) => this.#nameOf(author),
      serviceSid: () => this.#data.conversationServiceSid,
    });
    this.#flex = new FlexClient({
      rest: this.rest,
      timeline,
      webhooks: this.#webhooks,
      data: () => this.#data,
      apiKey: () => this.#data.env.OUTBOUND_API_KEY || localApiKey,
    });
    this.#gateway = new Gateway({
      port: options.ports.functions,
      authToken,
      target: () => {
        if (!this.#functions) throw new Error('the functions are not running');
        return this.#functions.url();
      },
      accessOf: (path) => this.#data.access.get(path),
    });
    this.#control = new ControlServer(this, options.ports.console);
    timeline.onEntry((data) => this.#tell({ type: 'timeline', data }));
    this.#configure();
    this.#syncUsers();
    this.#flex.configure();
    this.rest.flex.onChange(() => this.#tellState());
    state.onChange((change) => this.#onChange(change));
    this.#watchRest();
  }

  /** Starts everything. @throws an error that names a port that is taken */
  async start(): Promise<void> {
    const { root, ports, onOutput } = this.#options;
    try {
      await this.#gateway.start();
      await this.#control.start();
      const proxy = await startProxy(this.rest, { port: ports.proxy });
      this.#proxy = proxy;
      this.#functions = new FunctionsProcess({
        root,
        env: { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken, HTTP_PROXY: proxy.url },
        defaults: this.#flex.environment(),
        processEnv: { NODE_EXTRA_CA_CERTS: proxy.caFile },
        onLog: (line) => {
          this.#webhooks.takeLogLine(line);
          onOutput(line);
        },
        onOutput,
      });
      await this.#functions.url();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops everything; no process and no port stays behind. */
  async stop(): Promise<void> {
    await Promise.all([
      this.#control.stop(),
      this.#gateway.stop(),
      this.#functions?.stop(),
      this.#proxy?.close(),
    ]);
  }

  /** Takes over a new build, or shows why there is none. Conversations and timeline stay. */
  async onBuild(build: Snapshot['build']): Promise<void> {
    this.#build = build;
    if (build.ok) {
      this.#data = readProject(this.#options.root);
      this.#syncUsers();
      this.#followRoutingEvent();
      this.#flex.configure();
      await this.#functions?.restart();
    }
    this.#tellState();
  }

  snapshot(): Snapshot {
    const { ports } = this.#options;
    return {
      version: packageVersion(this.#options.root),
      urls: {
        functions: `http://localhost:${ports.functions}`,
        console: `http://localhost:${ports.console}`,
        proxy: `http://localhost:${ports.proxy}`,
      },
      build: this.#build,
      settings: this.#settings,
      numbers: this.#data.numbers,
      workers: this.workers(),
      customers: [...this.#data.customers, ...this.#strangers],
      conversations: this.state.conversations().map((one) => this.conversation(one.sid)),
      scenarios: scenarios.map(({ name, title, description, failing }) => ({
        name,
        title,
        description,
        failing,
      })),
      flex: this.#flex.snapshot(),
    };
  }

  /** @returns a function that ends it */
  onEvent(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A customer writes, in a trace of its own. */
  async receive(request: InboundRequest): Promise<ActionResult> {
    return this.#act((trace) => this.inbound(request, trace).then(({ conversationSid }) => conversationSid));
  }

  /** A worker starts a conversation, in a trace of its own. */
  async begin(request: OutgoingRequest): Promise<ActionResult> {
    return this.#act((trace) => this.outgoing(request, trace));
  }

  /** A worker writes into a conversation. */
  async write({ conversationSid, worker, body }: WorkerMessageRequest): Promise<ActionResult> {
    return this.#act(async (trace) => {
      this.#app.write(conversationSid, worker, body, trace);
      return conversationSid;
    });
  }

  /** An agent, or a CRM for the agent, starts a conversation by our function. */
  async startOutbound(request: FlexOutboundRequest): Promise<FlexResult> {
    let entry: WebhookTimelineEntry | undefined;
    const result = await this.#act(async (trace) => {
      entry = await this.outbound(request, trace);
      return entry.conversationSid;
    });
    const status = entry?.status;
    return { ...result, ...(status !== undefined && { status }), answer: readAnswer(entry?.body ?? '') };
  }

  /** An agent, or a CRM for the agent, starts a conversation. @throws TwilioError 404 when there is no such agent */
  outbound(request: FlexOutboundRequest, trace: string): Promise<WebhookTimelineEntry> {
    return this.#flex.startConversation(request, trace);
  }

  /** Sends a webhook of the timeline again, its fields edited or not. */
  async resend({ id, fields }: ResendRequest): Promise<ActionResult> {
    const { name, fields: original, conversationSid } = this.webhook(id);
    return this.#act(async (trace) => {
      if (name === 'outboundMessage') {
        return (await this.#flex.resend(id, fields ?? original, trace)).conversationSid;
      }
      await this.#webhooks.send({ name, trace, conversationSid, fields: fields ?? original });
      return conversationSid;
    });
  }

  /** @throws TwilioError 404 when there is no such scenario */
  async runScenario(name: string): Promise<ActionResult> {
    const scenario = scenarios.find((one) => one.name === name);
    if (!scenario) {
      const known = scenarios.map((one) => one.name).join(', ');
      throw new TwilioError(404, 20404, `There is no scenario ${name}; there are: ${known}`);
    }
    const failures: string[] = [];
    const result = await this.#act((trace) => {
      this.timeline.note(trace, scenario.title, { text: scenario.description });
      return scenario.run(this, trace, (holds, otherwise) => {
        if (!holds) failures.push(otherwise);
      });
    });
    return { ...result, ok: result.ok && failures.length === 0, failures: [...failures, ...result.failures] };
  }

  /** A customer writes. @throws TwilioError for an address that Twilio would not know */
  async inbound(
    request: InboundRequest,
    trace: string,
  ): Promise<{ conversationSid?: string; created: boolean }> {
    const { channel = 'sms' } = request;
    const to = request.to ?? this.#data.numbers.find((number) => number.channels.includes(channel))?.address;
    if (to === undefined)
      throw new TwilioError(400, 21212, `There is no number for ${channel} in the routing data`);
    for (const number of [request.from, to, ...(request.group ?? [])]) {
      if (!/^\+[1-9]\d{6,14}$/.test(number)) {
        throw new TwilioError(
          400,
          21211,
          `${JSON.stringify(number)} is no number in E.164, e.g. +12125550101`,
        );
      }
    }
    return this.#inbound.receive({ ...request, to }, trace);
  }

  /** A worker starts a conversation. @returns its SID, or undefined where our answers made it impossible */
  async outgoing(
    { worker, customerId, channel = 'sms', body }: OutgoingRequest,
    trace: string,
  ): Promise<string | undefined> {
    const sid = await this.#app.startConversation({ worker, customerId, channel }, trace);
    if (sid !== undefined && body) this.#app.write(sid, worker, body, trace);
    return sid;
  }

  get app(): FrontlineApp {
    return this.#app;
  }

  get settings(): Settings {
    return this.#settings;
  }

  changeSettings(change: Partial<Omit<Settings, 'faults'>> & { faults?: Partial<Faults> }): Settings {
    const { faults, ...rest } = change;
    this.#settings = { ...this.#settings, ...rest, faults: { ...this.#settings.faults, ...faults } };
    this.rest.setFaults(this.#settings.faults);
    this.#tellState();
    return this.#settings;
  }

  workers(): SimulatedWorker[] {
    const users = new Map(this.state.frontlineUsers().map((user) => [user.identity, user]));
    return this.#data.workers.flatMap(({ identity, displayName }) => {
      const user = users.get(identity);
      return user ? [{ identity, displayName, available: user.isAvailable, state: user.state }] : [];
    });
  }

  changeWorker(
    identity: string,
    change: { available?: boolean; state?: 'active' | 'deactivated' },
  ): SimulatedWorker {
    const { available, state } = change;
    this.state.frontlineUser(identity);
    this.state.putFrontlineUser({
      identity,
      ...(available !== undefined && { isAvailable: available }),
      ...(state !== undefined && { state }),
    });
    return this.workers().find((worker) => worker.identity === identity) as SimulatedWorker;
  }

  changeConversation(sid: string, state: 'active' | 'inactive' | 'closed'): SimulatedConversation {
    this.state.updateConversation(sid, { state }, { source: 'API', webhooks: false });
    return this.conversation(sid);
  }

  /** Somebody with a phone who is in no data. */
  stranger(given: { displayName?: string; phone?: string } = {}): SimulatedCustomer {
    const phone = given.phone ?? `+1917555${String(100 + (this.#nextStranger++ % 100)).padStart(4, '0')}`;
    const known = [...this.#data.customers, ...this.#strangers].find((one) => one.phone === phone);
    if (known) return known;
    const made: SimulatedCustomer = {
      displayName: given.displayName ?? 'Somebody new',
      phone,
      channels: ['sms', 'whatsapp'],
    };
    this.#strangers.push(made);
    this.#tellState();
    return made;
  }

  /** @throws TwilioError when the data has no such customer */
  customerWith({ worker, channel }: { worker: boolean; channel: 'sms' | 'whatsapp' }): SimulatedCustomer {
    const found = this.#data.customers.find(
      (one) => one.channels.includes(channel) && (!worker || one.worker !== undefined),
    );
    if (found) return found;
    throw new TwilioError(
      400,
      20001,
      `The data has no customer with a worker on ${channel}: add one to assets/customers.private.json`,
    );
  }

  closeConversationsOf(phone: string): void {
    const origin = { source: 'API', webhooks: false };
    for (const { sid, state } of this.state.conversations()) {
      const present = this.state
        .participants(sid)
        .some(({ messagingBinding }) => messagingBinding?.address?.replace('whatsapp:', '') === phone);
      if (present && state !== 'closed') this.state.updateConversation(sid, { state: 'closed' }, origin);
    }
  }

  async withSettings<T>(change: Partial<Settings>, work: () => Promise<T>): Promise<T> {
    const before = this.#settings;
    this.changeSettings(change);
    try {
      return await work();
    } finally {
      this.changeSettings(before);
    }
  }

  withFaults<T>(faults: Partial<Faults>, work: () => Promise<T>): Promise<T> {
    return this.withSettings({ faults: { ...this.#settings.faults, ...faults } }, work);
  }

  async withWorker<T>(identity: string, change: { available: boolean }, work: () => Promise<T>): Promise<T> {
    const { available } = this.workers().find((worker) => worker.identity === identity) ?? {
      available: true,
    };
    this.changeWorker(identity, change);
    try {
      return await work();
    } finally {
      this.changeWorker(identity, { available });
    }
  }

  /** Calls the routing callback as somebody would who does not know the auth token. */
  signWrongly(conversationSid: string, trace: string): Promise<WebhookTimelineEntry> {
    return this.withFaults({ badSignature: true }, () =>
      this.#webhooks.send({
        name: 'onConversationRoute',
        trace,
        conversationSid,
        fields: { EventType: 'onConversationRoute', ConversationSid: conversationSid },
      }),
    );
  }

  /** @throws TwilioError 404 when there is no such webhook in the timeline */
  webhook(id: number): WebhookTimelineEntry {
    const entry = this.timeline.get(id);
    if (entry?.kind === 'webhook') return entry;
    throw new TwilioError(404, 20404, `There is no webhook ${id} in the timeline`);
  }

  /** @returns a webhook of the timeline as a command, signed */
  curl(id: number): string {
    const { name, url, fields } = this.webhook(id);
    if (name === 'outboundMessage') return this.#flex.curl(id, url);
    return curlOf(url, [
      ['-H', `X-Twilio-Signature: ${this.#webhooks.sign(url, fields)}`],
      ...Object.entries(fields).map(([one, value]): [string, string] => [
        '--data-urlencode',
        `${one}=${value}`,
      ]),
    ]);
  }

  /** @throws TwilioError 404 */
  conversation(sid: string): SimulatedConversation {
    return this.#describe(this.state.conversation(sid));
  }

  /** Forgets conversations, strangers and timeline. */
  reset(): void {
    this.state.reset();
    this.rest.reset();
    this.#flex.reset();
    this.#inbound.reset();
    this.timeline.clear();
    this.#strangers = [];
    this.#syncUsers();
    this.#tell({ type: 'reset', data: null });
    this.#tellState();
  }

  async #act(work: (trace: string) => Promise<string | undefined>): Promise<ActionResult> {
    const trace = this.timeline.newTrace();
    const conversationSid = await work(trace);
    const entries = this.timeline.entries(trace);
    const failures = entries.flatMap((entry) => failuresOf(entry));
    return {
      trace,
      ok: failures.length === 0,
      failures,
      ...(conversationSid !== undefined && { conversationSid }),
      entries,
    };
  }

  #describe(conversation: Conversation): SimulatedConversation {
    const { sid, friendlyName, state, attributes, dateCreated, dateUpdated } = conversation;
    return {
      sid,
      friendlyName,
      state,
      attributes: parse(attributes),
      createdAt: dateCreated.toISOString(),
      updatedAt: dateUpdated.toISOString(),
      participants: this.state.participants(sid).map((one) => ({
        sid: one.sid,
        ...(one.identity !== null && { identity: one.identity }),
        ...(one.messagingBinding?.address !== undefined && { address: one.messagingBinding.address }),
        ...(one.messagingBinding?.proxyAddress !== undefined && {
          proxyAddress: one.messagingBinding.proxyAddress,
        }),
        ...(one.messagingBinding?.projectedAddress !== undefined && {
          projectedAddress: one.messagingBinding.projectedAddress,
        }),
        attributes: parse(one.attributes),
      })),
      messages: this.state.messages(sid).map((one) => ({
        sid: one.sid,
        index: one.index,
        author: one.author,
        body: one.body ?? '',
        at: one.dateCreated.toISOString(),
        ...(one.subject !== null && { subject: one.subject }),
        ...(one.undelivered !== undefined && { undelivered: one.undelivered }),
      })),
    };
  }

  #watchRest(): void {
    this.rest.onRequest(({ request, answer, ms, fault }) => {
      const conversationSid = /\/Conversations\/(CH[0-9a-f]+)/i.exec(request.path)?.[1];
      const during = this.#webhooks.during(request.path);
      const body = answer?.body as { code?: number; message?: string } | undefined;
      const failed = answer === undefined || answer.status >= 400;
      const entry: Omit<RestEntry, 'kind'> = {
        method: request.method,
        url: `https://${request.host}${request.path}`,
        form: request.form,
        ...(answer && { status: answer.status }),
        ...(failed && typeof body?.code === 'number' && { code: body.code, message: String(body.message) }),
        ...(ms !== undefined && { ms: Math.round(ms) }),
        ...(during && { during: during.id }),
        ...(fault !== undefined && { fault }),
      };
      this.timeline.add({
        kind: 'rest',
        trace: during?.trace ?? 'rest',
        state: failed ? 'warning' : 'ok',
        title: `${request.method} ${request.path.replace(/^\/v1/, '')}`,
        ...(conversationSid !== undefined && { conversationSid }),
        ...entry,
      });
    });
  }

  #onChange(change: Change): void {
    if (change.type === 'userUpdated' || change.type === 'conversationRemoved') {
      this.#tellState();
      return;
    }
    const sid =
      'conversation' in change
        ? change.conversation.sid
        : 'participant' in change
          ? change.participant.conversationSid
          : change.message.conversationSid;
    if (this.#listeners.size > 0) this.#tell({ type: 'conversation', data: this.conversation(sid) });
    if (change.type === 'messageAdded' && change.message.undelivered !== undefined) {
      const trace = this.timeline.newTrace();
      this.timeline.note(trace, 'WhatsApp does not deliver the message', {
        text: 'The customer has not written within 24 hours: WhatsApp takes approved templates only.',
        state: 'failed',
        errorCode: change.message.undelivered,
        conversationSid: sid,
      });
    }
    if (change.origin.source === 'API' && change.origin.webhooks) this.#tellByWebhook(change, sid);
  }

  /** What was done by REST, to the post-action webhook that is for it. */
  #tellByWebhook(change: Change, conversationSid: string): void {
    const conversation = this.state.conversation(conversationSid);
    const [name, fields] =
      change.type === 'participantAdded'
        ? ['onParticipantAdded', participantAddedFields(conversation, change.participant, 'API')]
        : change.type === 'conversationAdded'
          ? ['onConversationAdded', conversationAddedFields(conversation, 'API')]
          : [];
    if (name === undefined || fields === undefined || !this.#webhooks.isOn(name)) return;
    void this.#webhooks.send({ name, trace: this.timeline.newTrace(), conversationSid, fields });
  }

  /** The account as it is once the Consoles are filled in as the README says. */
  #configure(): void {
    const { account } = this.rest;
    const serviceSid = this.#data.conversationServiceSid;
    if (serviceSid) account.putService(serviceSid, 'Of the routing data');
    const url = `${this.#functionsUrl}${paths.onConversationAdd}`;
    const form = { Method: 'POST', PreWebhookUrl: url, PostWebhookUrl: url };
    account.webhooks(form, ['onConversationAdd', 'onParticipantAdded']);
    this.#followRoutingEvent();
    for (const { address, channels } of this.#data.numbers) {
      for (const channel of channels) {
        const Address = channel === 'whatsapp' ? `whatsapp:${address}` : address;
        this.state.ownAddresses.add(Address);
        account.createAddress({
          Type: channel,
          Address,
          'AutoCreation.Enabled': 'true',
          'AutoCreation.Type': 'default',
          ...(serviceSid && { 'AutoCreation.ConversationServiceSid': serviceSid }),
        });
      }
    }
  }

  /**
   * An account that routes on `onConversationAdded` is one without Frontline: it has that filter, and its Frontline
   * API knows nobody.
   */
  #followRoutingEvent(): void {
    const { account } = this.rest;
    const isWithoutFrontline = this.#data.routesOn === 'onConversationAdded';
    const others = (account.webhooks().filters as string[]).filter((name) => name !== 'onConversationAdded');
    account.webhooks({}, isWithoutFrontline ? [...others, 'onConversationAdded'] : others);
    this.state.frontline = isWithoutFrontline ? 'missing' : 'available';
  }

  get #functionsUrl(): string {
    return `http://localhost:${this.#options.ports.functions}`;
  }

  /** Conversations webhooks go where the account's configuration says, the others where Frontline's Console would. */
  #urlOf(name: string): string | undefined {
    const isPre = name === 'onConversationAdd';
    if (!isPre && !postWebhooks.includes(name)) return `${this.#functionsUrl}${paths[name] ?? ''}`;
    const { filters, pre_webhook_url, post_webhook_url } = this.rest.account.webhooks();
    const url = isPre ? pre_webhook_url : post_webhook_url;
    return (filters as string[]).includes(name) && typeof url === 'string' ? url : undefined;
  }

  /** An address that nothing is configured for creates conversations: the number's messaging service may. */
  #autoCreation(address: string): AutoCreation | undefined {
    const configured = this.rest.account.addresses().find((one) => one.address === address);
    return configured?.auto_creation as AutoCreation | undefined;
  }

  #syncUsers(): void {
    const known = new Set(this.state.frontlineUsers().map(({ identity }) => identity));
    for (const { identity, displayName } of this.#data.workers) {
      if (!known.has(identity)) this.state.putFrontlineUser({ identity, friendlyName: displayName });
    }
  }

  #nameOf(address: string): string {
    const agent = this.rest.flex.workers().find(({ identity }) => identity === address)?.friendlyName;
    const worker = this.#data.workers.find(({ identity }) => identity === (agent ?? address));
    if (worker) return worker.displayName;
    const phone = address.replace('whatsapp:', '');
    return (
      [...this.#data.customers, ...this.#strangers].find((one) => one.phone === phone)?.displayName ?? phone
    );
  }

  #tell(event: ServerEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  /** Nothing is described where nobody listens. */
  #tellState(): void {
    if (this.#listeners.size > 0) this.#tell({ type: 'state', data: this.snapshot() });
  }
}

function failuresOf(entry: TimelineEntry): string[] {
  if (entry.kind === 'webhook') {
    return entry.problems.map(({ field, problem }) => `${entry.name}: ${field ? `${field} ` : ''}${problem}`);
  }
  return entry.kind === 'note' && entry.state === 'failed' ? [entry.title] : [];
}

function parse(attributes: string): Record<string, unknown> {
  return JSON.parse(attributes) as Record<string, unknown>;
}

function packageVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
