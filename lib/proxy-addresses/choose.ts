import { type Address, parseAddress } from '../address';
import { Misconfigured } from '../errors';
import { type ChannelType, channelTypes, type ProxyRule, type Routing } from '../model';
import { countryPrefixes } from './country-prefixes';

/** For whom a proxy address is chosen. */
export interface ProxyRequest {
  channel: string;
  /** The customer's address on that channel; undefined when it is not an address of the channel. */
  address: Address | undefined;
  worker: string;
  /** Empty for somebody who is on no card; undefined when the request does not say who it is. */
  customerId: string | undefined;
  /** ISO 3166-1 alpha-2, from the customer's card. The country of a phone number takes precedence. */
  country: string | undefined;
}

/** The chosen address, and why. */
export interface ProxyDecision {
  proxyAddress: string;
  /** Where the address comes from: `proxyAddresses.rules[1]`, `proxyAddresses.defaults.sms`, `TWILIO_SMS_NUMBER`. */
  rule: string;
  /** The rules of this channel that did not match, with the condition that failed. */
  passedOver: { rule: string; why: string }[];
}

/** The environment variables that Twilio's demo service has for its numbers. */
const environmentDefaults: Partial<Record<ChannelType, string>> = {
  sms: 'TWILIO_SMS_NUMBER',
  whatsapp: 'TWILIO_WHATSAPP_NUMBER',
};

/** @returns our addresses that stand in the environment and not in the data */
export function environmentAddresses(env: Readonly<Record<string, unknown>>): Address[] {
  return channelTypes.flatMap((type) => {
    const value = env[environmentDefaults[type] ?? ''];
    return (typeof value === 'string' && parseAddress(value, type)) || [];
  });
}

/**
 * @returns whether the customer's card is needed: a rule of this channel has countries, and the address does not tell the
 *   country
 */
export function needsCard(
  { channel, address }: Pick<ProxyRequest, 'channel' | 'address'>,
  routing: Routing,
): boolean {
  const asks = routing.proxyAddresses.rules.some((rule) => rule.channel === channel && rule.countries);
  return asks && countryOf(address) === undefined;
}

/**
 * Chooses the address from which we write: that of the first rule that matches, or else the default of the channel in the
 * routing data, or else that in the environment.
 *
 * @param env the function's environment variables
 * @returns the decision, or undefined when the channel has no proxy address
 * @throws Misconfigured when the address chosen is of another channel, or is the customer's own
 * @see https://www.twilio.com/docs/frontline/outgoing-conversations
 */
export function decideProxy(
  request: ProxyRequest,
  routing: Routing,
  env: Readonly<Record<string, unknown>>,
): ProxyDecision | undefined {
  const channel = channelTypes.find((type) => type === request.channel);
  if (!channel) return undefined;

  const country = countryOf(request.address) ?? request.country;
  const passedOver: ProxyDecision['passedOver'] = [];
  const choose = (value: string, rule: string): ProxyDecision => ({
    proxyAddress: checkProxy(value, channel, rule, request.address),
    rule,
    passedOver,
  });

  for (const [index, rule] of routing.proxyAddresses.rules.entries()) {
    if (rule.channel !== channel) continue;
    const name = `proxyAddresses.rules[${index}]`;
    const why = mismatch(rule, { ...request, country });
    if (!why) return choose(rule.proxyAddress, name);
    passedOver.push({ rule: name, why });
  }

  const fallback = routing.proxyAddresses.defaults[channel];
  if (fallback) return choose(fallback, `proxyAddresses.defaults.${channel}`);

  const variable = environmentDefaults[channel];
  const value = variable && env[variable];
  return variable && typeof value === 'string' && value !== '' ? choose(value, variable) : undefined;
}

function mismatch(rule: ProxyRule, request: ProxyRequest): string | undefined {
  if (rule.workers && !rule.workers.includes(request.worker)) return 'another worker';
  if (rule.countries && request.country && !rule.countries.includes(request.country))
    return 'another country';
  if (rule.countries && !request.country) return 'country not known';
  // Somebody who is on no card is named by no rule.
  if (rule.customers && !rule.customers.includes(request.customerId ?? '')) return 'another customer';
  return undefined;
}

/** @throws Misconfigured for addresses that Frontline would reject later, with 48027 or 48029 */
function checkProxy(
  value: string,
  channel: ChannelType,
  rule: string,
  customer: Address | undefined,
): string {
  const file = rule.startsWith('TWILIO_') ? '.env' : 'assets/routing.private.json';
  const proxy = parseAddress(value, channel);
  if (!proxy) {
    throw new Misconfigured('proxy_of_another_channel', {
      file,
      field: rule,
      fix: `give an address of channel ${channel}, numbers with their country code`,
    });
  }
  if (customer && proxy.key === customer.key) {
    throw new Misconfigured('proxy_is_the_customers', {
      file,
      field: rule,
      fix: "the customer's address equals this proxy address: one of the two is wrong",
    });
  }
  return proxy.value;
}

let countries: Map<string, string> | undefined;

/**
 * Finds the country of a phone number by its prefix.
 *
 * @returns ISO 3166-1 alpha-2; undefined for an address that is not a number, and for a number without a country, such as a
 *   toll-free one
 */
export function countryOf(address: Address | undefined): string | undefined {
  const [, digits] = /^\+(\d+)$/.exec(address?.key ?? '') ?? [];
  if (digits === undefined) return undefined;
  countries ??= readPrefixes();
  for (let length = digits.length; length > 0; length--) {
    const country = countries.get(digits.slice(0, length));
    if (country) return country;
  }
  return undefined;
}

function readPrefixes(): Map<string, string> {
  const entries = countryPrefixes
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [country = '', ...prefixes] = line.split(' ');
      return prefixes.map((prefix) => [prefix, country] as const);
    });
  return new Map(entries);
}
