import { flexDefaults } from '../../build/data/flex';
import type { Customer, Routing } from '../../lib/model';

/** A customer with the least there can be, and what the test says. */
export function customer(given: Partial<Customer> = {}): Customer {
  return { customer_id: '1', display_name: 'Ada Lovelace', channels: [], links: [], ...given };
}

/** Routing data without any rule, and what the test says. */
export function routing(
  given: {
    workers?: Routing['workers'];
    customerAccess?: Routing['customerAccess'];
    ownAddresses?: string[];
    conversationServiceSid?: string;
    proxyAddresses?: Partial<Routing['proxyAddresses']>;
    routing?: Partial<Routing['routing']>;
    flex?: Partial<Routing['flex']>;
  } = {},
): Routing {
  return {
    workers: given.workers ?? [],
    customerAccess: given.customerAccess ?? 'all',
    ownAddresses: given.ownAddresses ?? [],
    ...(given.conversationServiceSid && { conversationServiceSid: given.conversationServiceSid }),
    proxyAddresses: { rules: [], defaults: {}, ...given.proxyAddresses },
    routing: {
      on: 'onConversationRoute',
      addresses: {},
      numbers: {},
      pool: [],
      respectAvailability: false,
      unavailableOwner: 'assign',
      nobodyAvailable: 'leave',
      ...given.routing,
    },
    flex: { ...flexDefaults, ...given.flex },
  };
}
