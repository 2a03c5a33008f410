import { addressKey } from '../../lib/address';
import { withoutUndefined } from '../../lib/defined';
import {
  type ChannelType,
  channelTypes,
  type FlexSettings,
  type ProxyRule,
  type Routing,
  type Worker,
} from '../../lib/model';
import { flexRoles } from '../../lib/outbound/flex';
import type { Report } from './compile';
import {
  type CompiledCustomers,
  cureFor,
  dependsOnUnread,
  describe,
  isDefined,
  normaliseAddress,
  normaliseAnyAddress,
} from './customers';
import { readPhone } from './phone';
import type { RoutingSource } from './schema';

export interface CompiledRouting {
  asset: Routing;
  /** Workers of explicit entries for customers, by customer_id. */
  assigned: ReadonlyMap<string, string>;
}

/**
 * Checks and normalises the routing data.
 *
 * @param known the identities that may be named
 * @param customers undefined when their file cannot be read; what depends on them is then not checked
 */
export function compileRouting(
  source: RoutingSource,
  known: ReadonlySet<string>,
  customers: CompiledCustomers | undefined,
  say: Report,
): CompiledRouting {
  const { routing } = source;
  checkWorkers(source, known, say);
  const { rules, defaults } = compileProxies(source, customers, say);
  const { addresses, assigned } = compileEntries(source, customers, say);
  const numbers = compileNumbers(source, say);
  const owned = customers?.customers.some((customer) => customer?.worker) ?? true;
  const pool = (routing.pool ?? []).filter(isDefined);
  if (pool.length + Object.keys(numbers).length + assigned.size + Object.keys(addresses).length === 0) {
    if (!routing.defaultWorker && !owned) {
      say(['routing'], 'inbound conversations would reach nobody', 'give it a "pool" or a "defaultWorker"');
    }
  }
  if (routing.nobodyAvailable === 'assign' && !routing.defaultWorker) {
    say(
      ['routing', 'nobodyAvailable'],
      'is "assign", but there is nobody to assign to',
      'add a "defaultWorker", or write "leave"',
    );
  }
  return {
    asset: {
      workers: source.workers.filter(isDefined).map(
        ({ identity, display_name }): Worker => ({
          identity,
          ...(display_name !== undefined && { display_name }),
        }),
      ),
      customerAccess: source.customerAccess ?? 'all',
      ...(source.conversationServiceSid !== undefined && {
        conversationServiceSid: source.conversationServiceSid,
      }),
      ownAddresses: ownAddresses({ rules, defaults }, numbers),
      proxyAddresses: { rules, defaults },
      routing: {
        on: routing.on ?? 'onConversationRoute',
        addresses,
        numbers,
        pool,
        ...(routing.defaultWorker !== undefined && { defaultWorker: routing.defaultWorker }),
        respectAvailability: routing.respectAvailability ?? false,
        unavailableOwner: routing.unavailableOwner ?? 'assign',
        nobodyAvailable: routing.nobodyAvailable ?? 'leave',
      },
      ...(source.flex && { flex: compileFlex(source.flex, say) }),
    },
    assigned,
  };
}

/** @returns the keys of every address of ours that the data names, each once */
function ownAddresses(
  { rules, defaults }: Routing['proxyAddresses'],
  numbers: Routing['routing']['numbers'],
): string[] {
  const proxies = [
    ...rules.map(({ proxyAddress, channel }) => addressKey(proxyAddress, channel)),
    ...channelTypes.map((channel) => addressKey(defaults[channel] ?? '', channel)),
  ];
  return [...new Set([...proxies.filter(isDefined), ...Object.keys(numbers)])];
}

function compileFlex(source: NonNullable<RoutingSource['flex']>, say: Report): FlexSettings {
  const { roles, origins, taskChannels, ...rest } = source;
  checkTwins(['flex', 'roles'], roles ?? [], say);
  checkTwins(['flex', 'origins'], origins ?? [], say);
  return withoutUndefined({
    roles: roles?.filter(isDefined) ?? [...flexRoles],
    origins: (origins ?? []).filter(isDefined),
    taskChannels: withoutUndefined(taskChannels ?? {}),
    ...rest,
  });
}

function checkWorkers(
  { workers, proxyAddresses, routing }: RoutingSource,
  known: ReadonlySet<string>,
  say: Report,
): void {
  const positions = new Map<string, number>();
  for (const [index, worker] of workers.entries()) {
    if (!worker) continue;
    const { identity } = worker;
    const twin = positions.get(identity);
    if (twin === undefined) positions.set(identity, index);
    else say(['workers', index, 'identity'], `is the same as workers[${twin}]`, 'remove one of the two');
  }
  const check = (keys: (string | number)[], identity: string | undefined): void => {
    if (identity === undefined || known.has(identity)) return;
    say(
      keys,
      `${JSON.stringify(identity)} is not among the "workers"`,
      'add the worker to "workers", or correct the identity',
    );
  };
  for (const [index, rule] of (proxyAddresses.rules ?? []).entries()) {
    for (const [i, one] of (rule?.workers ?? []).entries()) {
      check(['proxyAddresses', 'rules', index, 'workers', i], one);
    }
  }
  for (const [index, entry] of (routing.customers ?? []).entries()) {
    check(['routing', 'customers', index, 'worker'], entry?.worker);
  }
  for (const [index, number] of (routing.numbers ?? []).entries()) {
    const identities = number?.workers ?? [];
    for (const [i, one] of identities.entries()) check(['routing', 'numbers', index, 'workers', i], one);
    checkTwins(['routing', 'numbers', index, 'workers'], identities, say);
  }
  for (const [index, one] of (routing.pool ?? []).entries()) check(['routing', 'pool', index], one);
  checkTwins(['routing', 'pool'], routing.pool ?? [], say);
  check(['routing', 'defaultWorker'], routing.defaultWorker);
}

function checkTwins(
  keys: (string | number)[],
  identities: readonly (string | undefined)[],
  say: Report,
): void {
  for (const [index, identity] of identities.entries()) {
    const first = identities.indexOf(identity);
    if (identity !== undefined && first < index)
      say([...keys, index], `is the same as [${first}]`, 'remove one of the two');
  }
}

function compileProxies(
  { defaultCountry, proxyAddresses }: RoutingSource,
  customers: CompiledCustomers | undefined,
  say: Report,
): Routing['proxyAddresses'] {
  const read = (keys: (string | number)[], text: string, channel: ChannelType): string => {
    const address = looksLikeChannel(text, channel, defaultCountry)
      ? normaliseAddress(text, channel, defaultCountry)
      : undefined;
    if (!address) {
      if (dependsOnUnread(text, defaultCountry)) return text;
      say(
        keys,
        `${JSON.stringify(text)} is no ${describe(channel)}`,
        `${cureFor(channel)}: the channel is ${channel}`,
      );
      return text;
    }
    const holder = customers?.addresses.get(address.key);
    if (holder !== undefined) {
      say(
        keys,
        `is the address of customers[${holder}] too`,
        'write one of your own addresses here, or correct the customer',
      );
    }
    return address.value;
  };

  const rules = (proxyAddresses.rules ?? []).map((rule, index): ProxyRule | undefined => {
    if (!rule) return undefined;
    const at = ['proxyAddresses', 'rules', index] as const;
    const workers = rule.workers?.filter(isDefined);
    const countries = rule.countries?.filter(isDefined);
    const ids = rule.customers?.filter(isDefined);
    for (const [i, id] of (ids ?? []).entries()) {
      if (customers && !customers.hasId(id)) {
        say(
          [...at, 'customers', i],
          `there is no customer ${JSON.stringify(id)}`,
          'correct or remove the customer_id',
        );
      }
    }
    return {
      channel: rule.channel,
      ...(workers && { workers }),
      ...(countries && { countries }),
      ...(ids && { customers: ids }),
      proxyAddress: read([...at, 'proxyAddress'], rule.proxyAddress, rule.channel),
    };
  });
  for (const [index, rule] of rules.entries()) {
    const shadow = rules.slice(0, index).findIndex((earlier) => rule && earlier && shadows(earlier, rule));
    if (shadow < 0 || !isWhole(proxyAddresses.rules?.[index])) continue;
    say(
      ['proxyAddresses', 'rules', index],
      `can never match: rules[${shadow}] matches everything that it does`,
      'put it before that one, or remove it',
    );
  }

  const defaults: Routing['proxyAddresses']['defaults'] = {};
  for (const channel of channelTypes) {
    const text = proxyAddresses.defaults?.[channel];
    if (text !== undefined) defaults[channel] = read(['proxyAddresses', 'defaults', channel], text, channel);
  }
  return { rules: rules.filter(isDefined), defaults };
}

/** Any text could be a chat identity: one that is plainly an address of another channel is a slip. */
function looksLikeChannel(text: string, channel: ChannelType, defaultCountry: string | undefined): boolean {
  if (channel !== 'chat') return true;
  return !/^(whatsapp|sms|messenger|email):/.test(text) && !readPhone(text, defaultCountry);
}

/** A rule that lost a condition to a slip looks as if it matched nothing. */
function isWhole(rule: NonNullable<RoutingSource['proxyAddresses']['rules']>[number]): boolean {
  return [rule?.workers, rule?.countries, rule?.customers].every((list) => !list?.includes(undefined));
}

function shadows(earlier: ProxyRule, later: ProxyRule): boolean {
  const covers = (wide: string[] | undefined, narrow: string[] | undefined): boolean =>
    !wide || (narrow?.every((one) => wide.includes(one)) ?? false);
  return (
    earlier.channel === later.channel &&
    covers(earlier.workers, later.workers) &&
    covers(earlier.countries, later.countries) &&
    covers(earlier.customers, later.customers)
  );
}

function compileEntries(
  { defaultCountry, routing }: RoutingSource,
  customers: CompiledCustomers | undefined,
  say: Report,
): { addresses: Record<string, string>; assigned: Map<string, string> } {
  const addresses = new Map<string, string>();
  const assigned = new Map<string, string>();
  const seen = new Map<string, number>();
  for (const [index, entry] of (routing.customers ?? []).entries()) {
    if (!entry) continue;
    const { customer_id, address, worker } = entry;
    const at = ['routing', 'customers', index] as const;
    if ((customer_id === undefined) === (address === undefined)) {
      say(at, 'must have either "customer_id" or "address"', 'give exactly one of the two');
      continue;
    }
    const key = address === undefined ? undefined : normaliseAnyAddress(address, defaultCountry);
    if (address !== undefined && !key) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      say([...at, 'address'], `${JSON.stringify(address)} is no address`, cureFor('sms'));
      continue;
    }
    const holder = key === undefined ? undefined : customers?.addresses.get(key);
    const id = customer_id ?? (holder === undefined ? undefined : customers?.customers[holder]?.customer_id);
    if (customer_id !== undefined && customers && !customers.hasId(customer_id)) {
      say(
        [...at, 'customer_id'],
        `there is no customer ${JSON.stringify(customer_id)}`,
        'correct the customer_id, or remove the entry',
      );
    }
    const subject = id === undefined ? `address ${key}` : `customer ${id}`;
    const earlier = seen.get(subject);
    if (earlier !== undefined) {
      say(at, `is for the same customer as [${earlier}]`, 'remove one of the two');
      continue;
    }
    seen.set(subject, index);
    if (id !== undefined) assigned.set(id, worker);
    else if (key !== undefined) addresses.set(key, worker);
  }
  return { addresses: Object.fromEntries(addresses), assigned };
}

function compileNumbers({ defaultCountry, routing }: RoutingSource, say: Report): Record<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const [index, entry] of (routing.numbers ?? []).entries()) {
    if (!entry) continue;
    const { address, workers } = entry;
    const at = ['routing', 'numbers', index, 'address'] as const;
    const key = normaliseAnyAddress(address, defaultCountry);
    if (!key?.startsWith('+')) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      say(at, `${JSON.stringify(address)} is no phone number`, cureFor('sms'));
    } else if (numbers.has(key)) {
      say(at, `${key} has an entry already`, 'put the workers of both into one entry');
    } else numbers.set(key, workers.filter(isDefined));
  }
  return Object.fromEntries(numbers);
}
