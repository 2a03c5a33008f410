import { Addresses } from './addresses';
import { Configuration } from './configuration';
import { Services } from './services';
import { Users } from './users';
import { Webhooks } from './webhooks';

/** Everything in Conversations except conversations: services, users, configuration, webhooks and addresses. */
export class Account {
  readonly services: Services;
  readonly users: Users;
  readonly configuration: Configuration;
  readonly webhooks: Webhooks;
  readonly addresses: Addresses;

  constructor(accountSid: string, serviceSid: string) {
    this.services = new Services(accountSid);
    this.services.put(serviceSid, 'Default Conversations Service');
    this.users = new Users(accountSid);
    this.configuration = new Configuration(accountSid, serviceSid);
    this.webhooks = new Webhooks(accountSid);
    this.addresses = new Addresses(accountSid);
  }
}
