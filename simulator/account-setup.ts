import type { FrontlineUrls, SettingsChange } from './api';
import { DataResources } from './data-resources';
import type { ConfiguredWebhooks, ProjectData } from './project-data';
import type { AutoCreation } from './twilio/conversations/addresses';
import type { Conversations } from './twilio/conversations/conversations';
import type { RestApi } from './twilio/rest-api';
import { paths } from './webhooks/paths';

/** Which URL of the Frontline Console each callback goes to. */
const frontlineCallbacks: Record<string, keyof FrontlineUrls> = {
  GetCustomersList: 'crm',
  GetCustomerDetailsByCustomerId: 'crm',
  GetProxyAddress: 'outgoingConversation',
  GetTemplatesByCustomerId: 'templates',
  onConversationRoute: 'routing',
};

export interface AccountSetupOptions {
  rest: RestApi;
  state: Conversations;
  data(): ProjectData;
  /** The functions' URL, e.g. `http://localhost:3000`. */
  functionsUrl: string;
  /** The URLs in the Frontline Console. */
  frontlineUrls(): FrontlineUrls;
  /** Sets them, and how the account routes. */
  changeFrontline(change: Pick<SettingsChange, 'frontlineUrls' | 'routingMode'>): void;
}

/** Sets up the account as docs/deploy.md says, and reads its configuration. */
export class AccountSetup {
  readonly #options: AccountSetupOptions;
  readonly #services: DataResources<string>;
  readonly #addresses: DataResources<Record<string, string>>;
  /** The pages of Messenger, which no address configuration needs. */
  readonly #pages: DataResources<true>;
  /** What another project's configuration had when it was applied. */
  #applied = '';

  constructor(options: AccountSetupOptions) {
    this.#options = options;
    const { rest, state } = options;
    const { services, addresses } = rest.account;
    this.#services = new DataResources({
      find: (sid) => services.list().find((one) => one.sid === sid)?.friendly_name,
      put: (sid, name) => services.put(sid, name),
      remove(sid) {
        // Its conversations would go with it.
        const isEmpty = state.conversations().every((one) => one.chat_service_sid !== sid);
        if (isEmpty && sid !== state.defaultServiceSid) services.remove(sid);
      },
    });
    const own = state.ownAddresses;
    this.#pages = new DataResources({
      find: (address) => own.has(address) || undefined,
      put: (address) => own.add(address),
      remove: (address) => own.delete(address),
    });
    const configured = (address: string) => addresses.list().find((one) => one.address === address);
    this.#addresses = new DataResources({
      find: (address) => configured(address)?.auto_creation ?? undefined,
      put(address, form) {
        if (configured(address)) addresses.update(address, form);
        else addresses.create(form);
      },
      remove(address) {
        addresses.remove(address);
        state.ownAddresses.delete(address);
        rest.phoneNumbers.remove(address);
      },
    });
  }

  /** Configures services, webhooks and addresses. */
  configure(): void {
    const { rest, functionsUrl } = this.#options;
    const { account } = rest;
    const url = `${functionsUrl}${paths.onConversationAdd}`;
    const form = { Method: 'POST', PreWebhookUrl: url, PostWebhookUrl: url };
    account.webhooks.update(form, ['onConversationAdd', 'onParticipantAdded']);
    this.applyData();
  }

  /** Sets the account up again, as at the start: what somebody has changed since is lost. */
  restart(): void {
    const { rest, state } = this.#options;
    rest.account.reset();
    state.ownAddresses.clear();
    for (const resources of [this.#services, this.#addresses, this.#pages]) resources.forget();
    this.#applied = '';
    this.configure();
  }

  /** Gives the account what new data needs: its service, its numbers with autocreation, and the event that routes. */
  applyData(): void {
    const { webhooks } = this.#options.data();
    if (webhooks) this.#applyWebhooks(webhooks);
    this.#applyRoutingEvent();
    const { rest, state, data } = this.#options;
    const { conversationServiceSid: serviceSid, numbers, pages = [] } = data();
    const addresses = numbers.flatMap(({ address, channels }) =>
      channels.map((Type): [string, Record<string, string>] => {
        const Address = Type === 'whatsapp' ? `whatsapp:${address}` : address;
        const form = {
          Type,
          Address,
          'AutoCreation.Enabled': 'true',
          'AutoCreation.Type': 'default',
          'AutoCreation.ConversationServiceSid': serviceSid ?? '',
        };
        return [Address, form];
      }),
    );
    // An address names its service: services come first, and go last.
    for (const [address] of addresses) {
      state.ownAddresses.add(address);
      rest.phoneNumbers.add(address);
    }
    this.#services.apply(new Map(serviceSid ? [[serviceSid, 'Of the routing data']] : []));
    this.#addresses.apply(new Map(addresses));
    this.#pages.apply(new Map(pages.map((page) => [page, true])));
  }

  /** Configures another project's webhooks, unless they are the same: what has been changed since stays. */
  #applyWebhooks(webhooks: ConfiguredWebhooks): void {
    const { rest, functionsUrl, changeFrontline } = this.#options;
    if (JSON.stringify(webhooks) === this.#applied) return;
    this.#applied = JSON.stringify(webhooks);
    const { frontlineUrls, routingMode, preWebhookUrl = '', postWebhookUrl = '', filters } = webhooks;
    const whole = (url: string): string => (url.startsWith('/') ? `${functionsUrl}${url}` : url);
    const { crm, outgoingConversation, templates, routing } = frontlineUrls;
    changeFrontline({
      routingMode,
      frontlineUrls: {
        crm: whole(crm),
        outgoingConversation: whole(outgoingConversation),
        templates: whole(templates),
        routing: whole(routing),
      },
    });
    const form = {
      Method: 'POST',
      PreWebhookUrl: whole(preWebhookUrl),
      PostWebhookUrl: whole(postWebhookUrl),
    };
    rest.account.webhooks.update(form, filters);
  }

  /**
   * An account that routes on `onConversationAdded` has no Frontline: it has the filter for that event, and its
   * Frontline API finds nobody.
   */
  #applyRoutingEvent(): void {
    const { rest, data } = this.#options;
    const { account } = rest;
    const isWithoutFrontline = data().routesOn === 'onConversationAdded';
    rest.frontline.access = isWithoutFrontline ? 'missing' : 'available';
    // Another project's filters are those of its configuration.
    if (data().webhooks) return;
    const others = account.webhooks.fetch().filters.filter((name) => name !== 'onConversationAdded');
    account.webhooks.update({}, isWithoutFrontline ? [...others, 'onConversationAdded'] : others);
  }

  /** @returns the URL of a callback: one of the Frontline Console, or our function's */
  callbackUrl(name: string): string {
    const { functionsUrl, frontlineUrls } = this.#options;
    const callback = frontlineCallbacks[name];
    return callback ? frontlineUrls()[callback] : `${functionsUrl}${paths[name] ?? ''}`;
  }

  /** @returns what a message to an address creates; undefined without a configuration */
  autoCreationOf(address: string): AutoCreation | undefined {
    const configured = this.#options.rest.account.addresses.list().find((one) => one.address === address);
    return configured?.auto_creation ?? undefined;
  }
}
