import { addressKey } from '../../../lib/address';
import { channelTypes, type Routing, type Worker } from '../../../lib/model';
import type { CompiledCustomers } from '../compile-customers';
import { isDefined } from '../customers';
import type { ReadFile, Report } from '../problems';
import type { RoutingSource } from '../schema/sources';
import { checkAccess, checkWithoutFrontline, checkWorkers } from './checks';
import { compileEntries, compileNumbers } from './entries';
import { compileFlex } from './flex';
import { compileProxies } from './proxies';

export interface CompiledRouting {
  asset: Routing;
  /** Workers of explicit entries for customers, by customer_id: first the one for the id, then those for addresses. */
  assigned: ReadonlyMap<string, readonly string[]>;
}

/**
 * Checks and normalizes the routing data.
 *
 * @param known the identities that the data may name
 * @param customers undefined when their file cannot be read; references to them are then not checked
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
  const owned = customers?.isOwned ?? true;
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
        ...(routing.sweep !== undefined && { sweep: routing.sweep }),
      },
      flex: compileFlex(source.flex, report),
    },
    assigned,
  };
}

/** @returns the keys of all our own addresses in the data, without duplicates */
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
