import { randomBytes } from 'node:crypto';
import { AccountSetup } from './account-setup';
import { AllowedHosts, type Reach } from './allowed-hosts';
import type { Build, FrontlineUrls, LocalAccount, Snapshot } from './api';
import { hostDeployments } from './deployed/host-deployments';
import type { LocalHosting } from './deployed/hosting';
import { FlexClient } from './flex-client';
import type { Target } from './forward-request';
import { FrontlineApp } from './frontline-app';
import { FrontlineWorkers } from './frontline-workers';
import { FunctionsProcess, NotBuilt } from './functions-process';
import { Gateway } from './gateway';
import { nameOf } from './names';
import { ChatMessages } from './phones/chat-messages';
import { Customers } from './phones/customers';
import { InboundMessages } from './phones/inbound-messages';
import { findPhoneUser, type ProjectData, readProject } from './project-data';
import { reset } from './reset';
import type { ScenarioParts } from './scenarios/context';
import { Actions } from './server/actions';
import type { ControlTarget } from './server/control-api';
import { ControlServer } from './server/control-server';
import { ConversationViews } from './server/conversation-views';
import { Events } from './server/events';
import { packageVersion, takeSnapshot } from './server/snapshot';
import { SettingsStore } from './settings';
import { Timeline } from './timeline';
import { Conversations } from './twilio/conversations/conversations';
import { type RunningProxy, startProxy } from './twilio/http/proxy';
import { RestApi } from './twilio/rest-api';
import { readLogLine, webhookIdPreload } from './webhook-id';
import { Dispatcher } from './webhooks/dispatcher';
import { reportFlexEvents } from './webhooks/flex-events';
import { recordLogLine } from './webhooks/log-lines';
import { recordRestRequests } from './webhooks/rest-requests';
import { reportUndelivered } from './webhooks/undelivered';
import { WebhookSender } from './webhooks/webhook-sender';

export interface LocalTwilioOptions {
  /** The project's folder, built. */
  root: string;
  ports: {
    functions: number;
    console: number;
    proxy: number /** Of deployed builds, from here on; any if left out. */;
    deployed?: number;
  };
  /** Where the servers listen, and by which names they may be called. */
  reach?: Reach;
  /** 32 characters; random if left out. */
  authToken?: string | undefined;
  /** Called with each line that the functions print. */
  onOutput(line: string): void;
}

const accountSid = `AC${'0'.repeat(32)}`;

/**
 * The local Twilio: the functions behind a gateway, Twilio's REST side behind a proxy, customers' phones, the
 * Frontline app, and a timeline of everything that happens between them. This class only wires them together.
 */
export class LocalTwilio {
  readonly timeline = new Timeline();
  readonly state: Conversations;
  readonly rest: RestApi;
  /** What differs between Twilio accounts. */
  readonly variants = {
    /** Whether webhooks have projected addresses in square brackets. */
    brackets: false,
  };
  readonly parts: ScenarioParts;
  readonly actions: Actions;
  /** What the control API shows and changes. */
  readonly control: ControlTarget;
  readonly #options: LocalTwilioOptions;
  readonly #hosts: AllowedHosts;
  /** A page or another user of this machine could sign with a known one. */
  readonly #authToken: string;
  /** The key for servers that call `/flex/outbound-message`, if `.env` has no OUTBOUND_API_KEY. */
  readonly #apiKey = randomBytes(32).toString('hex');
  /** The key of the cron service that calls `/maintenance/sweep`, if `.env` has no SWEEP_API_KEY. */
  readonly #sweepKey = randomBytes(32).toString('hex');
  readonly #account: AccountSetup;
  readonly #views: ConversationViews;
  readonly #events: Events;
  readonly #gateway: Gateway;
  readonly #control: ControlServer;
  #timers: NodeJS.Timeout | undefined;
  /** Settles once the servers listen. */
  #launched: Promise<void> | undefined;
  #functions: FunctionsProcess | undefined;
  #proxy: RunningProxy | undefined;
  #hosting: LocalHosting | undefined;
  #data: ProjectData;
  #loadedAt = new Date().toISOString();
  #build: Build = { ok: true };

  constructor(options: LocalTwilioOptions) {
    this.#options = options;
    this.#hosts = new AllowedHosts(options.reach);
    this.#authToken = options.authToken ?? randomBytes(16).toString('hex');
    this.#data = readProject(options.root);
    const state = new Conversations({ accountSid, authToken: this.#authToken });
    const rest = new RestApi(state);
    this.state = state;
    this.rest = rest;
    const data = (): ProjectData => this.#data;
    const functionsUrl = this.#urlOf(options.ports.functions);
    const frontlineUrls = (): FrontlineUrls => this.parts.settings.current.frontlineUrls;
    this.#account = new AccountSetup({ rest, state, data, functionsUrl, frontlineUrls });
    this.parts = this.#makeParts(data);
    this.#views = new ConversationViews(this.parts, (address) => this.#nameOf(address));
    this.#events = new Events({ snapshot: () => this.snapshot(), views: this.#views });
    this.actions = new Actions(this.parts);
    this.#gateway = new Gateway({
      port: options.ports.functions,
      reach: options.reach ?? {},
      authToken: this.#authToken,
      target: () => this.#target(),
      accessOf: (path) => this.#data.access.get(path),
      concurrency: () => this.parts.settings.current.concurrency ?? undefined,
    });
    this.control = {
      parts: this.parts,
      actions: this.actions,
      events: this.#events,
      views: this.#views,
      data,
      snapshot: () => this.snapshot(),
      account: () => this.account(),
      reset: (everything) => this.reset(everything),
      hosts: this.#hosts,
    };
    this.#control = new ControlServer(this.control, {
      port: options.ports.console,
      host: options.reach?.host,
    });
    this.#account.configure();
    this.parts.workers.applyData();
    this.parts.flex.configure();
    this.#listen();
  }

  /** Starts everything. @throws an error that names a port that is taken */
  async start(): Promise<void> {
    try {
      this.#launched = this.#launch();
      await this.#launched;
      await this.#target().catch((error: unknown) => {
        if (!(error instanceof NotBuilt)) throw error;
        this.#options.onOutput(error.message);
      });
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Stops everything: all processes end, and all ports are free. */
  async stop(): Promise<void> {
    clearInterval(this.#timers);
    await Promise.all([
      this.#control.stop(),
      this.#gateway.stop(),
      this.#functions?.stop(),
      this.#hosting?.stop(),
      this.#proxy?.close(),
    ]);
  }

  /** Uses a new build, or shows why it failed. Conversations and timeline stay. */
  async onBuild(build: Build): Promise<void> {
    this.#build = build;
    if (build.ok) {
      this.#data = readProject(this.#options.root);
      this.parts.workers.applyData();
      this.#loadedAt = new Date().toISOString();
      this.#account.applyData();
      this.parts.flex.configure();
      await this.#functions?.restart(() => this.#gateway.settled());
    }
    this.#events.sendState();
  }

  /** @returns the answer to `GET /api/state` */
  snapshot(): Snapshot {
    const { root, ports } = this.#options;
    const { data, ...rest } = takeSnapshot(this.parts, this.#data);
    return {
      version: packageVersion(root),
      urls: {
        functions: this.#urlOf(ports.functions),
        console: this.#urlOf(ports.console),
        proxy: this.#urlOf(ports.proxy),
      },
      build: this.#build,
      data: { ...data, loadedAt: this.#loadedAt },
      ...rest,
    };
  }

  /** @returns the answer to `GET /api/account` */
  account(): LocalAccount {
    if (!this.#proxy) throw new Error('the local Twilio is not running');
    const { url: proxyUrl, caFile } = this.#proxy;
    const functionsUrl = this.#urlOf(this.#options.ports.functions);
    const variables = this.#defaults();
    return { accountSid, authToken: this.#authToken, functionsUrl, proxyUrl, caFile, variables };
  }

  /**
   * Clears conversations, unknown customers and timeline.
   *
   * @param everything whether settings and workers are as at the start, too
   */
  reset(everything = false): void {
    reset(this.parts, everything);
    this.#events.sendReset();
    this.#events.sendState();
  }

  /** What the functions have in place of variables that are not in `.env`. */
  #defaults(): Record<string, string> {
    return { ...this.parts.flex.environment(), SWEEP_API_KEY: this.#sweepKey };
  }

  async #launch(): Promise<void> {
    const { root, ports, reach = {}, onOutput } = this.#options;
    await this.#gateway.start();
    await this.#control.start();
    this.#timers = setInterval(() => this.state.expireTimers(), 1_000).unref();
    const proxy = await startProxy(this.rest, { port: ports.proxy, reach });
    this.#proxy = proxy;
    this.#functions = new FunctionsProcess({
      root,
      port: ports.functions,
      env: { ACCOUNT_SID: accountSid, AUTH_TOKEN: this.#authToken, HTTP_PROXY: proxy.url },
      defaults: this.#defaults(),
      processEnv: { NODE_EXTRA_CA_CERTS: proxy.caFile },
      preloads: [webhookIdPreload],
      onLog: (line, webhookId) => this.#onLog({ line, webhookId }),
      onOutput,
    });
    this.#hosting = hostDeployments(this.rest.serverless, this.timeline, {
      root,
      port: ports.deployed ?? 0,
      reach,
      credentials: { ACCOUNT_SID: accountSid, AUTH_TOKEN: this.#authToken },
      processEnv: { HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: proxy.caFile },
      concurrency: () => this.parts.settings.current.concurrency ?? undefined,
      onOutput: (text) => this.#onLog(readLogLine(text)),
    });
  }

  /** @returns where the functions are, once they can be reached */
  async #target(): Promise<Target> {
    await this.#launched;
    if (!this.#functions) throw new Error('the functions are not running');
    return this.#functions.target();
  }

  #onLog({ line, webhookId }: { line: string; webhookId?: number | undefined }): void {
    recordLogLine(line, webhookId, this.timeline);
    this.#options.onOutput(line);
  }

  #urlOf(port: number): string {
    return `http://${this.#hosts.nameInUrls}:${port}`;
  }

  #makeParts(data: () => ProjectData): ScenarioParts {
    const { state, timeline, rest, variants } = this;
    const account = this.#account;
    const functionsUrl = this.#urlOf(this.#options.ports.functions);
    const settings = new SettingsStore(functionsUrl, (current) => {
      rest.applySettings(current);
      this.#events.sendState();
    });
    rest.applySettings(settings.current);
    rest.chosenFault = (request) => settings.faults.ofRequest(request);
    const customers = new Customers(
      () => data().customers,
      (phone) => findPhoneUser(data(), phone),
      () => this.#events.sendState(),
    );
    const webhooks = new WebhookSender({
      urlOf: (name) => account.callbackUrl(name),
      authToken: this.#authToken,
      host: this.#hosts.nameInUrls,
      timeline,
      badSignature: () => settings.current.faults.badSignature,
      faultOf: (name) => settings.faults.ofWebhook(name),
      started: () => this.#target(),
    });
    const sending = {
      ...{ state, timeline, webhooks },
      routesOn: () => data().routesOn,
      deliverTwice: () => settings.current.deliverTwice,
    };
    const dispatcher = new Dispatcher({
      ...sending,
      account: rest.account,
      retries: () => settings.current.webhookRetries,
      format: () => variants,
    });
    const common = { ...sending, dispatcher, nameOf: (address: string) => this.#nameOf(address) };
    const inbound = new InboundMessages({
      ...common,
      frontline: rest.frontline,
      optOuts: rest.optOuts,
      scopedWebhooks: rest.account.scopedWebhooks,
      numbers: () => data().numbers,
      routingMode: () => settings.current.routingMode,
      autoCreationOf: (address) => account.autoCreationOf(address),
      initializingMs: () => settings.current.initializingMs,
    });
    const serviceSid = (): string | undefined => data().conversationServiceSid;
    const chat = new ChatMessages({ ...common, serviceSid });
    const app = new FrontlineApp({ ...common, serviceSid });
    const apiKey = (): string => data().env.OUTBOUND_API_KEY || this.#apiKey;
    const flex = new FlexClient({ rest, timeline, webhooks, data, apiKey });
    const workers = new FrontlineWorkers(rest.frontline, data);
    const sweepKey = (): string => data().env.SWEEP_API_KEY || this.#sweepKey;
    const shared = { state, timeline, settings, rest, webhooks, sweepKey };
    return { ...shared, inbound, chat, app, flex, customers, workers };
  }

  #nameOf(address: string): string {
    const { workers, index } = this.#data;
    return nameOf(address, {
      agents: this.rest.taskRouter.workers(),
      workers,
      customerName: (one) =>
        index.byAddress(one)?.display_name ??
        this.parts.customers.find(one.replace('whatsapp:', ''))?.displayName,
    });
  }

  #listen(): void {
    const { state, timeline, rest } = this;
    this.#events.follow(timeline, state);
    rest.frontline.onChange(() => this.#events.sendState());
    rest.flex.onChange(() => this.#events.sendState());
    reportFlexEvents(rest.flex, timeline);
    reportUndelivered(state, timeline, (address) => this.#nameOf(address));
    recordRestRequests(rest, timeline);
  }
}
