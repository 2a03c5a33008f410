import { type ChannelType, channelTypes, type ProxyRule, type Routing } from '../../../lib/model';
import type { CompiledCustomers } from '../compile-customers';
import {
  checkAddress,
  dependsOnUnread,
  explainInvalidAddress,
  isDefined,
  normalizeOwnAddress,
} from '../customers';
import { readPhone } from '../phone';
import type { Report } from '../problems';
import type { RoutingSource } from '../schema/sources';

/** Checks and normalizes the proxy addresses of the rules, and the default of each channel. */
export function compileProxies(
  { defaultCountry, proxyAddresses }: RoutingSource,
  customers: CompiledCustomers | undefined,
  report: Report,
): Routing['proxyAddresses'] {
  const read = (keys: (string | number)[], text: string, channel: ChannelType): string => {
    const address = looksLikeChannel(text, channel, defaultCountry)
      ? normalizeOwnAddress(text, channel, defaultCountry)
      : undefined;
    if (!address) {
      if (dependsOnUnread(text, defaultCountry)) return text;
      const [problem, fix] = explainInvalidAddress(text, channel);
      report(keys, problem, `${fix}: the channel is ${channel}`);
      return text;
    }
    checkAddress(keys, text, channel, address, report);
    const holder = customers?.findByAddress(address.key)?.customer_id;
    if (holder !== undefined) {
      report(
        keys,
        `is also the address of customer ${JSON.stringify(holder)}`,
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

/** Any text can be a chat identity, but an address of another channel is a mistake. */
function looksLikeChannel(text: string, channel: ChannelType, defaultCountry: string | undefined): boolean {
  if (channel !== 'chat') return true;
  return !/^(whatsapp|sms|messenger|email):/.test(text) && !readPhone(text, defaultCountry);
}

/** A rule with an invalid condition must not be compared: without the condition it would match more. */
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
