import type { ProjectData } from './project-data';
import type { AutoCreation } from './twilio/conversations/addresses';
import type { Conversations } from './twilio/conversations/conversations';
import type { RestApi } from './twilio/rest-api';
import { paths } from './webhooks/paths';

/** The simulated post-action webhooks of Conversations. */
const postWebhooks = ['onConversationAdded', 'onParticipantAdded'];

export interface AccountSetupOptions {
  rest: RestApi;
  state: Conversations;
  data(): ProjectData;
  /** The functions' URL, e.g. `http://localhost:3000`. */
  functionsUrl: string;
}

/** Sets up the account as docs/deploy.md says, and reads its configuration. */
export class AccountSetup {
  readonly #options: AccountSetupOptions;

  constructor(options: AccountSetupOptions) {
    this.#options = options;
  }

  /** Configures services, webhooks and addresses. */
  configure(): void {
    const { rest, data, functionsUrl } = this.#options;
    const { account } = rest;
    const { conversationServiceSid: serviceSid } = data();
    if (serviceSid) account.services.put(serviceSid, 'Of the routing data');
    const url = `${functionsUrl}${paths.onConversationAdd}`;
    const form = { Method: 'POST', PreWebhookUrl: url, PostWebhookUrl: url };
    account.webhooks.update(form, ['onConversationAdd', 'onParticipantAdded']);
    this.applyRoutingEvent();
    this.addMissingAddresses();
  }

  /** Gives the account the addresses that the data has and nobody had yet: what was changed since stays. */
  addMissingAddresses(): void {
    const { rest, state, data } = this.#options;
    const { conversationServiceSid: serviceSid, numbers } = data();
    for (const { address, channels } of numbers) {
      for (const channel of channels) {
        const Address = channel === 'whatsapp' ? `whatsapp:${address}` : address;
        if (state.ownAddresses.has(Address)) continue;
        state.ownAddresses.add(Address);
        rest.phoneNumbers.add(Address);
        rest.account.addresses.create({
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
   * An account that routes on `onConversationAdded` has no Frontline: it has the filter for that event, and its
   * Frontline API finds nobody.
   */
  applyRoutingEvent(): void {
    const { rest, data } = this.#options;
    const { account } = rest;
    const isWithoutFrontline = data().routesOn === 'onConversationAdded';
    const others = account.webhooks.fetch().filters.filter((name) => name !== 'onConversationAdded');
    account.webhooks.update({}, isWithoutFrontline ? [...others, 'onConversationAdded'] : others);
    rest.frontline.access = isWithoutFrontline ? 'missing' : 'available';
  }

  /** @returns the URL of a webhook: from the account's configuration, or as Frontline's Console would have it */
  webhookUrl(name: string): string | undefined {
    const { rest, functionsUrl } = this.#options;
    const isPre = name === 'onConversationAdd';
    if (!isPre && !postWebhooks.includes(name)) return `${functionsUrl}${paths[name] ?? ''}`;
    const { filters, pre_webhook_url, post_webhook_url } = rest.account.webhooks.fetch();
    const url = isPre ? pre_webhook_url : post_webhook_url;
    return filters.includes(name) ? (url ?? undefined) : undefined;
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
