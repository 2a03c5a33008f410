import type { Faults, RequestFault, Settings, SettingsChange, WebhookFault } from './api';
import { ChosenFaults } from './chosen-faults';
import { paths } from './webhooks/paths';

/** Nothing goes wrong. */
const noFaults: Faults = { rest: 'none', restTimes: null, badSignature: false, requests: [], webhooks: [] };

/** The console's settings: how Twilio and the agents behave, the Frontline Console's URLs, and what goes wrong on purpose. */
export class SettingsStore {
  readonly #onChange: (settings: Settings, before: Settings) => void;
  /** The settings at the start. */
  readonly defaults: Settings;
  /** Applies the faults that are set. */
  readonly faults = new ChosenFaults(
    () => this.#current.faults,
    (fault) => this.#drop(fault),
  );
  #current: Settings;

  /** @param functionsUrl where the Frontline Console's URLs lead at first, e.g. `http://localhost:3000` */
  constructor(functionsUrl: string, onChange: (settings: Settings, before: Settings) => void) {
    this.#onChange = onChange;
    this.defaults = {
      routingMode: 'custom',
      frontlineUrls: {
        crm: `${functionsUrl}${paths.GetCustomersList}`,
        outgoingConversation: `${functionsUrl}${paths.GetProxyAddress}`,
        templates: `${functionsUrl}${paths.GetTemplatesByCustomerId}`,
        routing: `${functionsUrl}${paths.onConversationRoute}`,
      },
      deliverTwice: false,
      optOut: 'receipt',
      receipts: 'delivered',
      webhookRetries: 0,
      initializingMs: 0,
      flex: { agentResponse: 'accept', channelFailsAfterMs: null, channelErrorCode: 20500 },
      limits: {
        concurrentFunctions: null,
        concurrentRequests: null,
        syncPerDocument: null,
        interactionsPerSecond: null,
      },
      faults: noFaults,
    };
    this.#current = this.defaults;
  }

  get current(): Settings {
    return this.#current;
  }

  /** @returns the changed settings; omitted settings stay */
  change({ faults, flex, frontlineUrls, limits, ...rest }: SettingsChange): Settings {
    const { current } = this;
    this.#current = {
      ...current,
      ...rest,
      flex: { ...current.flex, ...flex },
      frontlineUrls: { ...current.frontlineUrls, ...frontlineUrls },
      limits: { ...current.limits, ...limits },
      faults: { ...current.faults, ...faults },
    };
    if (faults) this.faults.restart();
    this.#onChange(this.#current, current);
    return this.#current;
  }

  /** Changes settings while some work is done, and restores them afterwards. */
  async changeDuring<T>(change: SettingsChange, work: () => Promise<T>): Promise<T> {
    const before = this.#current;
    this.change(change);
    try {
      return await work();
    } finally {
      this.change(before);
    }
  }

  /** Takes a fault away that has happened as often as it should. */
  #drop(used: RequestFault | WebhookFault): void {
    const before = this.#current;
    const { requests, webhooks } = before.faults;
    const faults = {
      ...before.faults,
      requests: requests.filter((one) => one !== used),
      webhooks: webhooks.filter((one) => one !== used),
    };
    this.#current = { ...before, faults };
    this.#onChange(this.#current, before);
  }
}
