import { randomBytes } from 'node:crypto';
import { AccountSetup } from './account-setup';
import { AllowedHosts, type Reach } from './allowed-hosts';
import type { Build, FrontlineUrls, LocalAccount, SettingsChange, Snapshot } from './api';
import { hostDeployments } from './deployed/host-deployments';
import type { LocalHosting } from './deployed/hosting';
import type { Target } from './forward-request';
import { FunctionsProcess, NotBuilt } from './functions-process';
import { Gateway } from './gateway';
import { makeParts } from './make-parts';
import { nameOf } from './names';
import type { OpenHosts } from './network/hosts';
import { networkVariable } from './network/preload';
import { reportRefusal } from './network/report-refusals';
import type { ProjectData } from './project-data';
import { reset } from './reset';
import type { ScenarioParts } from './scenarios/context';
import { ServedProject, type ServedProjectOptions } from './served-project';
import { Actions } from './server/actions';
import type { ControlTarget } from './server/control-api';
import { ControlServer } from './server/control-server';
import { ConversationViews } from './server/conversation-views';
import { Events } from './server/events';
import { packageVersion, takeSnapshot } from './server/snapshot';
import { Timeline } from './timeline';
import { Conversations } from './twilio/conversations/conversations';
import { type RunningProxy, startProxy } from './twilio/http/proxy';
import { RestApi } from './twilio/rest-api';
import { readLogLine } from './webhook-id';
import { reportFlexEvents } from './webhooks/flex-events';
import { recordLogLine } from './webhooks/log-lines';
import { recordRestRequests } from './webhooks/rest-requests';
import { reportUndelivered } from './webhooks/undelivered';

export interface LocalTwilioOptions extends ServedProjectOptions {
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
  /** The hosts besides Twilio's that the functions may reach; none when left out. */
  openHosts?: OpenHosts;
  /** Called with each line that the functions print. */
  onOutput(line: string): void;
  /** Called with each line that the functions log, and with the id of its webhook; `onOutput` if left out. */
  onLog?(line: string, webhookId?: number): void;
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
  readonly #account: AccountSetup;
  readonly #views: ConversationViews;
  readonly #events: Events;
  readonly #project: ServedProject;
  readonly #gateway: Gateway;
  readonly #control: ControlServer;
  #timers: NodeJS.Timeout | undefined;
  /** Settles once the servers listen. */
  #launched: Promise<void> | undefined;
  readonly #noticed = new Set<(text: string) => void>();
  #functions: FunctionsProcess | undefined;
  #proxy: RunningProxy | undefined;
  #hosting: LocalHosting | undefined;
  #loadedAt = new Date().toISOString();
  #build: Build = { ok: true };

  constructor(options: LocalTwilioOptions) {
    this.#options = options;
    this.#hosts = new AllowedHosts(options.reach);
    this.#authToken = options.authToken ?? randomBytes(16).toString('hex');
    this.#project = new ServedProject(options);
    const state = new Conversations({ accountSid, authToken: this.#authToken });
    const rest = new RestApi(state);
    this.state = state;
    this.rest = rest;
    const data = (): ProjectData => this.#project.data;
    const functionsUrl = this.#urlOf(options.ports.functions);
    const frontlineUrls = (): FrontlineUrls => this.parts.settings.current.frontlineUrls;
    const changeFrontline = (change: SettingsChange): void => void this.parts.settings.change(change);
    this.#account = new AccountSetup({ rest, state, data, functionsUrl, frontlineUrls, changeFrontline });
    this.parts = makeParts({
      ...{
        state,
        rest,
        data,
        functionsUrl,
        timeline: this.timeline,
        account: this.#account,
        nameOf: this.nameOf,
      },
      authToken: this.#authToken,
      host: this.#hosts.nameInUrls,
      variants: this.variants,
      target: () => this.#target(),
      onChange: () => this.#events.sendState(),
      onNotice: (text) => this.#notify(text),
    });
    this.#views = new ConversationViews(this.parts, this.nameOf);
    this.#events = new Events({ snapshot: () => this.snapshot(), views: this.#views });
    this.actions = new Actions(this.parts, this.nameOf);
    this.#gateway = new Gateway({
      port: options.ports.functions,
      reach: options.reach ?? {},
      authToken: this.#authToken,
      target: () => this.#target(),
      accessOf: (path) => this.#project.data.access.get(path),
      concurrency: () => this.parts.settings.current.limits.concurrentFunctions ?? undefined,
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

  /** @returns a person's name, by an address or an identity */
  readonly nameOf = (address: string): string => {
    const { workers, index } = this.#project.data;
    return nameOf(address, {
      agents: this.rest.taskRouter.workers(),
      workers,
      customerName: (one) =>
        index.byAddress(one)?.display_name ??
        this.parts.customers.find(one.replace('whatsapp:', ''))?.displayName,
    });
  };

  /** @returns the name of a customer in the data */
  customerName(customerId: string): string | undefined {
    return this.#project.data.index.byId(customerId)?.display_name;
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
      this.#project.reload();
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
    const { data, ...rest } = takeSnapshot(this.parts, this.#project.data);
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
   * @param everything whether settings, workers, and the configuration of Conversations are back to their initial state, too
   */
  reset(everything = false): void {
    reset(this.parts, everything);
    if (everything) this.#account.restart();
    this.#notify(
      `Reset: conversations, unknown customers, and the timeline were cleared${everything ? '; settings, workers, and configuration are back to their initial state' : ''}`,
    );
    this.#events.sendReset();
    this.#events.sendState();
  }

  /** Tells what somebody has changed outside of conversations: settings, faults, a reset. */
  onNotice(listener: (text: string) => void): void {
    this.#noticed.add(listener);
  }

  #notify(text: string): void {
    for (const listener of this.#noticed) listener(text);
  }

  /** What the functions have in place of variables that are not in `.env`. */
  #defaults(): Record<string, string> {
    return { ...this.parts.flex.environment(), SWEEP_API_KEY: this.parts.sweepKey() };
  }

  async #launch(): Promise<void> {
    const { root, ports, reach = {}, openHosts, onOutput } = this.#options;
    await this.#gateway.start();
    await this.#control.start();
    this.#timers = setInterval(() => this.state.expireTimers(), 1_000).unref();
    const proxy = await startProxy(this.rest, {
      port: ports.proxy,
      reach,
      open: openHosts,
      onRefused: (refusal) => reportRefusal(refusal, this.timeline),
    });
    this.#proxy = proxy;
    this.#functions = new FunctionsProcess({
      root,
      port: ports.functions,
      ...this.#project.processOptions({
        proxy,
        rest: this.rest,
        account: this.state,
        defaults: this.#defaults(),
      }),
      onLog: (line, webhookId) => this.#takeLogLine({ line, webhookId }),
      onOutput,
    });
    this.#hosting = hostDeployments(this.rest.serverless, this.timeline, {
      root,
      port: ports.deployed ?? 0,
      reach,
      credentials: { ACCOUNT_SID: accountSid, AUTH_TOKEN: this.#authToken },
      processEnv: { NODE_EXTRA_CA_CERTS: proxy.caFile, [networkVariable]: proxy.url },
      concurrency: () => this.parts.settings.current.limits.concurrentFunctions ?? undefined,
      onOutput: (text) => this.#takeLogLine(readLogLine(text)),
    });
  }

  /** @returns where the functions are, once they can be reached */
  async #target(): Promise<Target> {
    await this.#launched;
    if (!this.#functions) throw new Error('the functions are not running');
    return this.#functions.target();
  }

  #takeLogLine({ line, webhookId }: { line: string; webhookId?: number | undefined }): void {
    const { onLog, onOutput } = this.#options;
    recordLogLine(line, webhookId, this.timeline);
    if (onLog && line.startsWith('{"level":')) onLog(line, webhookId);
    else onOutput(line);
  }

  #urlOf(port: number): string {
    return `http://${this.#hosts.nameInUrls}:${port}`;
  }

  #listen(): void {
    const { state, timeline, rest } = this;
    this.#events.follow(timeline, state);
    rest.frontline.onChange(() => this.#events.sendState());
    rest.flex.onChange(() => this.#events.sendState());
    reportFlexEvents(rest.flex, timeline);
    reportUndelivered(state, timeline, this.nameOf);
    recordRestRequests(rest, timeline);
  }
}
