import { Addresses } from './addresses';
import { Configuration } from './configuration';
import type { Conversations } from './conversations';
import { Push } from './push';
import { Roles } from './roles';
import { ScopedWebhooks } from './scoped-webhooks';
import { Services } from './services';
import { Users } from './users';
import { Webhooks } from './webhooks';

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

  constructor(state: Conversations) {
    const { accountSid, defaultServiceSid: serviceSid } = state;
    this.services = new Services(accountSid);
    this.services.put(serviceSid, 'Default Conversations Service');
    this.users = new Users(accountSid);
    this.roles = new Roles(accountSid);
    this.push = new Push(accountSid);
    this.configuration = new Configuration(accountSid, serviceSid);
    this.webhooks = new Webhooks(accountSid);
    this.scopedWebhooks = new ScopedWebhooks(accountSid);
    this.addresses = new Addresses(accountSid);
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
}
