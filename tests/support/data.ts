import { flexDefaults } from '../../build/data/flex';
import { parseAddress } from '../../lib/address';
import type { Channel, Customer, Routing } from '../../lib/model';

/** What a test says of a customer: the keys of the channels follow. */
type GivenCustomer = Partial<Omit<Customer, 'channels'>> & { channels?: Omit<Channel, 'key'>[] };

/** A customer with the least there can be, and what the test says. */
export function customer({ channels = [], ...given }: GivenCustomer = {}): Customer {
  const withKeys = channels.map(({ type, value, ...more }) => {
    return { type, value, key: parseAddress(value, type)?.key ?? '', ...more };
  });
  return { customer_id: '1', display_name: 'Ada Lovelace', links: [], ...given, channels: withKeys };
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
