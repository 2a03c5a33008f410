import { Addresses } from './addresses';
import { Configuration } from './configuration';
import { Push } from './push';
import { Roles } from './roles';
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
  readonly addresses: Addresses;

  constructor(accountSid: string, serviceSid: string) {
    this.services = new Services(accountSid);
    this.services.put(serviceSid, 'Default Conversations Service');
    this.users = new Users(accountSid);
    this.roles = new Roles(accountSid);
    this.push = new Push(accountSid);
    this.configuration = new Configuration(accountSid, serviceSid);
    this.webhooks = new Webhooks(accountSid);
    this.addresses = new Addresses(accountSid);
  }
}
