import { invalid } from '../http/errors';
import type { Origin } from '../http/request';
import { Addresses } from './addresses';
import { Configuration } from './configuration';
import { type Conversations, firstServiceSid } from './conversations';
import { Push } from './push';
import { Roles } from './roles';
import { ScopedWebhooks } from './scoped-webhooks';
import { Services } from './services';
import { Users } from './users';
import { Webhooks } from './webhooks';

const defaultServiceName = 'Default Conversations Service';

/** Everything in Conversations except conversations: services, users, configuration, webhooks and addresses. */
export class Account {
  /**
   * Whether the account has Conversations (classic), which new accounts have to enable in the Console. What the API
   * answers before that is not documented: 404/20404 (`missing`) or 403/20403 (`forbidden`).
   */
  access: 'available' | 'missing' | 'forbidden' = 'available';
  readonly services: Services;
  readonly users: Users;
  readonly roles: Roles;
  readonly push: Push;
  readonly configuration: Configuration;
  readonly webhooks: Webhooks;
  /** The webhooks of single conversations. */
  readonly scopedWebhooks: ScopedWebhooks;
  readonly addresses: Addresses;
  readonly #state: Conversations;

  constructor(state: Conversations) {
    this.#state = state;
    const { accountSid, defaultServiceSid: serviceSid } = state;
    this.services = new Services(accountSid);
    this.services.put(serviceSid, defaultServiceName);
    this.users = new Users(accountSid);
    this.roles = new Roles(accountSid);
    this.push = new Push(accountSid);
    this.configuration = new Configuration(accountSid, serviceSid);
    this.webhooks = new Webhooks(accountSid);
    this.scopedWebhooks = new ScopedWebhooks(accountSid);
    this.addresses = new Addresses(state);
    state.onChange((change) => {
      // Later: the webhooks of a conversation hear of its removal.
      if (change.type === 'conversationRemoved') {
        queueMicrotask(() => this.scopedWebhooks.removeAll(change.conversation.sid));
      }
      if (change.type !== 'participantAdded' && change.type !== 'participantUpdated') return;
      const { identity, conversation_sid } = change.participant;
      if (identity === null) return;
      this.users.addMissing(state.conversation(conversation_sid).chat_service_sid, identity, change.origin);
    });
  }

  /**
   * Removes a service with all that is in it, as Twilio's OpenAPI file says. Whether its conversations then send webhooks is
   * unsure; here they send none. What Twilio does with the default service is documented nowhere, so it is unsure that it
   * refuses this: an account without one could do nothing.
   *
   * @throws TwilioError 404; 400/20001 for the default service
   */
  removeService(sid: string): void {
    if (sid === this.#state.defaultServiceSid) {
      const change = 'name another DefaultChatServiceSid in /v1/Configuration first';
      throw invalid(`${sid} is the default conversation service, which cannot be deleted: ${change}`);
    }
    this.services.remove(sid);
    const origin: Origin = { source: 'API', webhooks: false };
    for (const one of this.#state.conversations()) {
      if (one.chat_service_sid === sid) this.#state.removeConversation(one.sid, origin);
    }
    for (const part of [this.users, this.roles, this.push, this.configuration, this.webhooks]) {
      part.removeService(sid);
    }
  }

  /** Makes everything as in a new account: there is the default service alone, and nothing is configured. */
  reset(): void {
    for (const part of [this.users, this.roles, this.push]) {
      for (const { sid } of this.services.list()) part.removeService(sid);
    }
    this.services.reset();
    this.services.put(firstServiceSid, defaultServiceName);
    this.configuration.reset(firstServiceSid);
    this.webhooks.reset();
    this.addresses.reset();
    this.#state.defaultServiceSid = firstServiceSid;
    this.#state.defaultTimers = {};
  }
}
