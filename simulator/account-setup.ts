import type { FrontlineUrls } from './api';
import { DataResources } from './data-resources';
import type { ProjectData } from './project-data';
import type { AutoCreation } from './twilio/conversations/addresses';
import type { Conversations } from './twilio/conversations/conversations';
import type { RestApi } from './twilio/rest-api';
import { paths } from './webhooks/paths';

/** The simulated post-action webhooks of Conversations. */
const postWebhooks = ['onConversationAdded', 'onParticipantAdded'];

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
}

/** Sets up the account as docs/deploy.md says, and reads its configuration. */
export class AccountSetup {
  readonly #options: AccountSetupOptions;
  readonly #services: DataResources<string>;
  readonly #addresses: DataResources<Record<string, string>>;

  constructor(options: AccountSetupOptions) {
    this.#options = options;
    const { rest, state } = options;
    const { services, addresses } = rest.account;
    this.#services = new DataResources({
      find: (sid) => services.list().find((one) => one.sid === sid)?.friendly_name,
      put: (sid, name) => services.put(sid, name),
      remove(sid) {
        // Its conversations would go with it.
        if (state.conversations().every((one) => one.chat_service_sid !== sid)) services.remove(sid);
      },
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

  /** Gives the account what new data needs: its service, its numbers with autocreation, and the event that routes. */
  applyData(): void {
    this.#applyRoutingEvent();
    const { rest, state, data } = this.#options;
    const { conversationServiceSid: serviceSid, numbers } = data();
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
  }

  /**
   * An account that routes on `onConversationAdded` has no Frontline: it has the filter for that event, and its
   * Frontline API finds nobody.
   */
  #applyRoutingEvent(): void {
    const { rest, data } = this.#options;
    const { account } = rest;
    const isWithoutFrontline = data().routesOn === 'onConversationAdded';
    const others = account.webhooks.fetch().filters.filter((name) => name !== 'onConversationAdded');
    account.webhooks.update({}, isWithoutFrontline ? [...others, 'onConversationAdded'] : others);
    rest.frontline.access = isWithoutFrontline ? 'missing' : 'available';
  }

  /** @returns the URL of a webhook: from the configuration of the account or the service, or of the Frontline Console */
  webhookUrl(name: string): string | undefined {
    const { rest, state, data, functionsUrl, frontlineUrls } = this.#options;
    const callback = frontlineCallbacks[name];
    if (callback) return frontlineUrls()[callback];
    const isPre = name === 'onConversationAdd';
    if (!isPre && !postWebhooks.includes(name)) return `${functionsUrl}${paths[name] ?? ''}`;
    const serviceSid = data().conversationServiceSid ?? state.defaultServiceSid;
    // Twilio sends to both; one of them is enough here.
    const configured = [rest.account.webhooks.fetch(), rest.account.webhooks.ofService(serviceSid)];
    return configured
      .filter(({ filters }) => filters.includes(name))
      .map(({ pre_webhook_url, post_webhook_url }) => (isPre ? pre_webhook_url : post_webhook_url))
      .find((url): url is string => Boolean(url));
  }

  /** An address without a configuration creates conversations, as its messaging service can do on Twilio. */
  autocreates(address: string): boolean {
    return this.#autoCreation(address)?.enabled !== false;
  }

  /** @returns the conversation service in which messages to an address create conversations */
  serviceOf(address: string): string | undefined {
    return this.#autoCreation(address)?.conversation_service_sid ?? undefined;
  }

  #autoCreation(address: string): AutoCreation | null | undefined {
    const configured = this.#options.rest.account.addresses.list().find((one) => one.address === address);
    return configured?.auto_creation;
  }
}
