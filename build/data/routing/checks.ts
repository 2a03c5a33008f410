import { workerFixes } from '../nearest-worker';
import type { Report } from '../problems';
import type { RoutingSource } from '../schema/sources';

/** Reports workers who are listed twice, and identities that are named but not listed. */
export function checkWorkers(
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
  const fixFor = workerFixes(known, 'add the worker to "workers", or correct the identity');
  const check = (keys: (string | number)[], identity: string | undefined): void => {
    if (identity === undefined || known.has(identity)) return;
    report(keys, `${JSON.stringify(identity)} is not one of the "workers"`, fixFor(identity));
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

/** Reports duplicates in a list. */
export function checkDuplicates(
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

/** Routing on `onConversationAdded` cannot ask the Frontline Users API, and only handles messages to our addresses. */
export function checkWithoutFrontline(
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

/** Warns when Frontline's workers are limited but Flex's agents are not: most likely both should be. */
export function checkAccess({ customerAccess, flex }: RoutingSource, report: Report): void {
  if (customerAccess !== 'own' || !flex || flex.customerAccess !== undefined) return;
  report.warn(
    ['flex', 'customerAccess'],
    'is left out: Flex agents may write to every customer, while "customerAccess" limits Frontline\'s workers only',
    'write "own" or "all" there',
  );
}
