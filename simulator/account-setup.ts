import type { ProjectData } from './project-data';
import type { AutoCreation } from './twilio/conversations/addresses';
import type { Conversations } from './twilio/conversations/conversations';
import type { RestApi } from './twilio/rest-api';
import { paths } from './webhooks/paths';

/** The post-action webhooks of Conversations that are simulated. */
const postWebhooks = ['onConversationAdded', 'onParticipantAdded'];

export interface AccountSetupOptions {
  rest: RestApi;
  state: Conversations;
  data(): ProjectData;
  /** Where the functions are, e.g. `http://localhost:3000`. */
  functionsUrl: string;
}

/** The account as it is once the Consoles are filled in as docs/deploy.md says, and what is read from it later. */
export class AccountSetup {
  readonly #options: AccountSetupOptions;

  constructor(options: AccountSetupOptions) {
    this.#options = options;
  }

  /** Configures services, webhooks and addresses. */
  configure(): void {
    const { rest, state, data, functionsUrl } = this.#options;
    const { account } = rest;
    const { conversationServiceSid: serviceSid, numbers } = data();
    if (serviceSid) account.services.put(serviceSid, 'Of the routing data');
    const url = `${functionsUrl}${paths.onConversationAdd}`;
    const form = { Method: 'POST', PreWebhookUrl: url, PostWebhookUrl: url };
    account.webhooks.update(form, ['onConversationAdd', 'onParticipantAdded']);
    this.applyRoutingEvent();
    for (const { address, channels } of numbers) {
      for (const channel of channels) {
        const Address = channel === 'whatsapp' ? `whatsapp:${address}` : address;
        state.ownAddresses.add(Address);
        account.addresses.create({
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
  applyRoutingEvent(): void {
    const { rest, data } = this.#options;
    const { account } = rest;
    const isWithoutFrontline = data().routesOn === 'onConversationAdded';
    const others = account.webhooks.fetch().filters.filter((name) => name !== 'onConversationAdded');
    account.webhooks.update({}, isWithoutFrontline ? [...others, 'onConversationAdded'] : others);
    rest.frontline.access = isWithoutFrontline ? 'missing' : 'available';
  }

  /** Conversations webhooks go where the account's configuration says, the others where Frontline's Console would. */
  webhookUrl(name: string): string | undefined {
    const { rest, functionsUrl } = this.#options;
    const isPre = name === 'onConversationAdd';
    if (!isPre && !postWebhooks.includes(name)) return `${functionsUrl}${paths[name] ?? ''}`;
    const { filters, pre_webhook_url, post_webhook_url } = rest.account.webhooks.fetch();
    const url = isPre ? pre_webhook_url : post_webhook_url;
    return filters.includes(name) ? (url ?? undefined) : undefined;
  }

  /** An address that nothing is configured for creates conversations: the number's messaging service may. */
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
