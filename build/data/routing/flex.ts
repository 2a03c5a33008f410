import { type FlexSettings, type Routing, withoutUndefined } from '../../../lib/model';
import { allowedCountries } from '../../../lib/outbound/recipient';
import { isDefined } from '../customers';
import { flexDefaults } from '../flex';
import type { Report } from '../problems';
import type { RoutingSource } from '../schema/sources';
import { checkDuplicates } from './checks';

type FlexSource = NonNullable<RoutingSource['flex']>;
type StartLimits = FlexSettings['startsPerHour'];

/** Checks the settings of outbound conversations, and fills in the defaults. */
export function compileFlex(source: RoutingSource['flex'], report: Report): FlexSettings {
  const lists = ['roles', 'origins', 'allowedCountries', 'taskAttributes'] as const;
  for (const list of lists) checkDuplicates(['flex', list], source?.[list] ?? [], report);
  const read = <K extends (typeof lists)[number]>(list: K): string[] | undefined =>
    source?.[list]?.filter(isDefined);
  return withoutUndefined({
    ...source,
    roles: read('roles') ?? flexDefaults.roles,
    origins: read('origins') ?? flexDefaults.origins,
    taskChannels: compileTaskChannels(source?.taskChannels),
    customerAccess: source?.customerAccess ?? flexDefaults.customerAccess,
    allowedCountries: read('allowedCountries'),
    knownCustomersOnly: source?.knownCustomersOnly ?? flexDefaults.knownCustomersOnly,
    startsPerHour: compileLimits(source?.startsPerHour),
    taskAttributes: read('taskAttributes') ?? flexDefaults.taskAttributes,
  });
}

/**
 * Warns of customers to whom an outbound start would be refused for their number's country.
 *
 * @param countries how many customers have numbers in these countries, which are joined by commas
 */
export function warnOfUnreachable(
  countries: ReadonlyMap<string, number>,
  routing: Routing,
  report: Report,
): void {
  const allowed = allowedCountries(routing, {});
  // The only numbers may be those of the environment.
  if (allowed.length === 0) return;
  const abroad = [...countries].flatMap(([joined, customers]) => {
    const country = joined.split(',').find((one) => one !== '' && !allowed.includes(one));
    return country === undefined ? [] : [{ country, customers }];
  });
  if (abroad.length === 0) return;
  const names = [...new Set(abroad.map(({ country }) => country))].sort();
  const customers = abroad.reduce((sum, one) => sum + one.customers, 0);
  report.warn(
    ['flex', 'allowedCountries'],
    `lets Flex write only to ${[...new Set(allowed)].join(', ')}, and ${customers === 1 ? 'a customer has a number' : `${customers.toLocaleString('en-US')} customers have numbers`} in ${names.join(', ')}`,
    `name all countries that Flex is to write to, e.g. ${JSON.stringify([...new Set([...allowed, ...names])])}`,
  );
}

/** `false` leaves the choice to Twilio. */
function compileTaskChannels(source: FlexSource['taskChannels']): FlexSettings['taskChannels'] {
  const named = { ...flexDefaults.taskChannels, ...withoutUndefined(source ?? {}) };
  return Object.fromEntries(Object.entries(named).filter(([, name]) => name !== false));
}

/** A limit that the data names holds also where starts cannot be counted. */
function compileLimits(source: FlexSource['startsPerHour']): StartLimits {
  const read = (who: keyof StartLimits): StartLimits[typeof who] => {
    const most = source?.[who];
    if (most === undefined) return flexDefaults.startsPerHour[who];
    return most === 'unlimited' ? undefined : { most, strict: true };
  };
  return withoutUndefined({ agent: read('agent'), server: read('server') });
}
