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
import {
  type CompiledCustomers,
  checkAddress,
  dependsOnUnread,
  explainNoAddress,
  isDefined,
  normaliseAnyAddress,
  normaliseOwnAddress,
} from './customers';
import { flexDefaults } from './flex';
import { readPhone } from './phone';
import type { ReadFile, Report } from './problems';
import type { RoutingSource } from './schema';

export interface CompiledRouting {
  asset: Routing;
  /** Workers of explicit entries for customers, by customer_id: that of the id first, then those of addresses. */
  assigned: ReadonlyMap<string, readonly string[]>;
}

/**
 * Checks and normalises the routing data.
 *
 * @param known the identities that may be named
 * @param customers undefined when their file cannot be read; what depends on them is then not checked
 */
export function compileRouting(
  { value: source, isWhole }: ReadFile<RoutingSource>,
  known: ReadonlySet<string>,
  customers: CompiledCustomers | undefined,
  report: Report,
): CompiledRouting {
  const { routing } = source;
  checkWorkers(source, known, report);
  const { rules, defaults } = compileProxies(source, customers, report);
  const { addresses, assigned } = compileEntries(source, customers, report);
  const numbers = compileNumbers(source, report);
  const owned = customers?.customers.some((customer) => customer?.worker) ?? true;
  const pool = (routing.pool ?? []).filter(isDefined);
  if (pool.length + Object.keys(numbers).length + assigned.size + Object.keys(addresses).length === 0) {
    if (!routing.defaultWorker && !owned) {
      report(
        ['routing'],
        'inbound conversations would reach nobody',
        'give it a "pool" or a "defaultWorker"',
      );
    }
  }
  if (routing.nobodyAvailable === 'assign' && !routing.defaultWorker) {
    report(
      ['routing', 'nobodyAvailable'],
      'is "assign", but there is nobody to assign to',
      'add a "defaultWorker", or write "leave"',
    );
  }
  const own = ownAddresses({ rules, defaults }, numbers);
  if (routing.on === 'onConversationAdded') {
    checkWithoutFrontline(routing, isWhole && !own.some((key) => !key.startsWith('chat:')), report);
  }
  checkAccess(source, report);
  return {
    asset: {
      workers: source.workers.filter(isDefined).map(
        ({ identity, display_name }): Worker => ({
          identity,
          ...(display_name !== undefined && { display_name }),
        }),
      ),
      customerAccess: source.customerAccess ?? 'own',
      ...(source.conversationServiceSid !== undefined && {
        conversationServiceSid: source.conversationServiceSid,
      }),
      ownAddresses: own,
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
      flex: compileFlex(source.flex, report),
    },
    assigned,
  };
}

/** Routing on `onConversationAdded` has no Users API to ask, and takes only what was written to an address of ours. */
function checkWithoutFrontline(
  routing: RoutingSource['routing'],
  hasNoAddress: boolean,
  report: Report,
): void {
  if (routing.respectAvailability) {
    report(
      ['routing', 'respectAvailability'],
      'is true, but without Frontline ("on": "onConversationAdded") nobody can say who is available',
      'write false, or route on "onConversationRoute"',
    );
  }
  if (hasNoAddress) {
    report(
      ['routing', 'on'],
      'is "onConversationAdded", which routes what is written to your own addresses, but the data names none',
      'name them in "proxyAddresses" or in "routing.numbers"',
    );
  }
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

/** Who limits Frontline's workers most likely means Flex's agents too. */
function checkAccess({ customerAccess, flex }: RoutingSource, report: Report): void {
  if (customerAccess !== 'own' || !flex || flex.customerAccess !== undefined) return;
  report.warn(
    ['flex', 'customerAccess'],
    'is left out: Flex agents may write to every customer, while "customerAccess" limits Frontline\'s workers only',
    'write "own" or "all" there',
  );
}

function compileFlex(source: RoutingSource['flex'], report: Report): FlexSettings {
  const { roles, origins, taskChannels, customerAccess, ...rest } = source ?? {};
  checkDuplicates(['flex', 'roles'], roles ?? [], report);
  checkDuplicates(['flex', 'origins'], origins ?? [], report);
  return withoutUndefined({
    roles: roles?.filter(isDefined) ?? flexDefaults.roles,
    origins: origins?.filter(isDefined) ?? flexDefaults.origins,
    taskChannels: { ...flexDefaults.taskChannels, ...withoutUndefined(taskChannels ?? {}) },
    customerAccess: customerAccess ?? flexDefaults.customerAccess,
    ...rest,
  });
}

function checkWorkers(
  { workers, proxyAddresses, routing }: RoutingSource,
  known: ReadonlySet<string>,
  report: Report,
): void {
  const positions = new Map<string, number>();
  for (const [index, worker] of workers.entries()) {
    if (!worker) continue;
    const { identity } = worker;
    const duplicate = positions.get(identity);
    if (duplicate === undefined) positions.set(identity, index);
    else
      report(['workers', index, 'identity'], `is the same as workers[${duplicate}]`, 'remove one of the two');
  }
  const check = (keys: (string | number)[], identity: string | undefined): void => {
    if (identity === undefined || known.has(identity)) return;
    report(
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
    checkDuplicates(['routing', 'numbers', index, 'workers'], identities, report);
  }
  for (const [index, one] of (routing.pool ?? []).entries()) check(['routing', 'pool', index], one);
  checkDuplicates(['routing', 'pool'], routing.pool ?? [], report);
  check(['routing', 'defaultWorker'], routing.defaultWorker);
}

function checkDuplicates(
  keys: (string | number)[],
  identities: readonly (string | undefined)[],
  report: Report,
): void {
  for (const [index, identity] of identities.entries()) {
    const first = identities.indexOf(identity);
    if (identity !== undefined && first < index)
      report([...keys, index], `is the same as [${first}]`, 'remove one of the two');
  }
}

function compileProxies(
  { defaultCountry, proxyAddresses }: RoutingSource,
  customers: CompiledCustomers | undefined,
  report: Report,
): Routing['proxyAddresses'] {
  const read = (keys: (string | number)[], text: string, channel: ChannelType): string => {
    const address = looksLikeChannel(text, channel, defaultCountry)
      ? normaliseOwnAddress(text, channel, defaultCountry)
      : undefined;
    if (!address) {
      if (dependsOnUnread(text, defaultCountry)) return text;
      const [problem, fix] = explainNoAddress(text, channel);
      report(keys, problem, `${fix}: the channel is ${channel}`);
      return text;
    }
    checkAddress(keys, text, channel, address, report);
    const holder = customers?.addresses.get(address.key);
    if (holder !== undefined) {
      report(
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
        report(
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
    report(
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
  report: Report,
): { addresses: Record<string, string>; assigned: Map<string, string[]> } {
  const addresses = new Map<string, string>();
  const byId = new Map<string, string>();
  /** Workers of addresses that are on a card, by its customer_id. */
  const byAddress = new Map<string, string[]>();
  const seen = new Map<string, number>();
  for (const [index, entry] of (routing.customers ?? []).entries()) {
    if (!entry) continue;
    const { customer_id, address, worker } = entry;
    const at = ['routing', 'customers', index] as const;
    if ((customer_id === undefined) === (address === undefined)) {
      report(at, 'must have either "customer_id" or "address"', 'give exactly one of the two');
      continue;
    }
    const read = address === undefined ? undefined : normaliseAnyAddress(address, defaultCountry);
    if (address !== undefined && !read) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      const [problem, fix] = explainNoAddress(address, 'sms');
      report([...at, 'address'], problem.replace(/ is no phone number$/, ' is no address'), fix);
      continue;
    }
    if (address !== undefined && read) {
      checkAddress([...at, 'address'], address, read.key.startsWith('chat:') ? 'chat' : 'sms', read, report);
    }
    if (customer_id !== undefined && customers && !customers.hasId(customer_id)) {
      report(
        [...at, 'customer_id'],
        `there is no customer ${JSON.stringify(customer_id)}`,
        'correct the customer_id, or remove the entry',
      );
    }
    const key = read && (read.channel ? `${read.channel}:${read.key}` : read.key);
    const subject = key === undefined ? `customer ${customer_id}` : `address ${key}`;
    const earlier = seen.get(subject);
    if (earlier !== undefined) {
      report(
        at,
        `is for the same ${key === undefined ? 'customer' : 'address'} as [${earlier}]`,
        'remove one of the two',
      );
      continue;
    }
    seen.set(subject, index);
    if (customer_id !== undefined) byId.set(customer_id, worker);
    if (read && key !== undefined) {
      addresses.set(key, worker);
      const holder = customers?.addresses.get(read.key);
      const id = holder === undefined ? undefined : customers?.customers[holder]?.customer_id;
      if (id !== undefined) byAddress.set(id, [...(byAddress.get(id) ?? []), worker]);
    }
  }
  const assigned = new Map<string, string[]>();
  for (const id of new Set([...byId.keys(), ...byAddress.keys()])) {
    assigned.set(id, [...new Set([byId.get(id), ...(byAddress.get(id) ?? [])].filter(isDefined))]);
  }
  return { addresses: Object.fromEntries(addresses), assigned };
}

function compileNumbers(
  { defaultCountry, routing }: RoutingSource,
  report: Report,
): Record<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const [index, entry] of (routing.numbers ?? []).entries()) {
    if (!entry) continue;
    const { address, workers } = entry;
    const at = ['routing', 'numbers', index, 'address'] as const;
    const channel = address.startsWith('whatsapp:') ? 'whatsapp' : 'sms';
    const number = normaliseOwnAddress(address, channel, defaultCountry);
    if (!number) {
      if (dependsOnUnread(address, defaultCountry)) continue;
      report(at, ...explainNoAddress(address, 'sms'));
    } else if (numbers.has(number.key)) {
      report(at, `${number.key} has an entry already`, 'put the workers of both into one entry');
    } else {
      checkAddress(at, address, channel, number, report);
      numbers.set(number.key, workers.filter(isDefined));
    }
  }
  return Object.fromEntries(numbers);
}
