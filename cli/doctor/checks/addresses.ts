import type { Routing } from '../../../lib/model';
import { hideSecretsIn } from '../../hide-secrets';
import { addressId } from '../../setup/change';
import { describeAddress, handlerOf } from '../../setup/plan';
import { readAutoCreation } from '../../setup/resources';
import { type Finding, finding } from '../findings';
import { setupOr } from '../fixes';
import { isKept, orMissing, type Subject } from '../subject';

/** An address of ours in the data; WhatsApp senders have their prefix. */
interface OwnAddress {
  channel: 'sms' | 'whatsapp';
  address: string;
}

/**
 * Everybody's sender for tests.
 *
 * @see https://www.twilio.com/docs/whatsapp/sandbox
 */
const sandbox = 'whatsapp:+14155238886';

/** @returns the SMS numbers, short codes and WhatsApp senders of the data, each once */
function listOwnAddresses({ proxyAddresses: { defaults, rules }, routing }: Routing): OwnAddress[] {
  const found = new Map<string, OwnAddress>();
  const add = (channel: string, address: string | undefined): void => {
    if (address === undefined || (channel !== 'sms' && channel !== 'whatsapp')) return;
    found.set(address, { channel, address });
  };
  add('sms', defaults.sms);
  add('whatsapp', defaults.whatsapp);
  for (const { channel, proxyAddress } of rules) add(channel, proxyAddress);
  const known = new Set([...found.keys()].map((address) => address.replace('whatsapp:', '')));
  for (const number of Object.keys(routing.numbers)) {
    const address = number.replace(/^sms:/, '');
    if (!known.has(address)) add(address.startsWith('whatsapp:') ? 'whatsapp' : 'sms', address);
  }
  return [...found.values()];
}

/** Checks that a customer's message to each address becomes a conversation, in the right service. */
export async function checkAutocreation(subject: Subject): Promise<Finding[]> {
  const { client, routing, kept } = subject;
  const own = listOwnAddresses(routing);
  if (own.length === 0) return [];
  const configured = await client.conversations.v1.addressConfigurations.list({ limit: 1_000 });
  const { conversationServiceSid } = routing;
  return own.flatMap(({ channel, address }) => {
    const fix = setupOr(`Console: Conversations → Manage → Addresses, ${address}`, subject);
    const one = configured.find((entry) => entry.address === address && entry.type === channel);
    if (!one) {
      const text = `Nothing creates conversations from messages to ${address}, unless its messaging service does`;
      return [finding('autocreation_missing', text, fix)];
    }
    const found = describeAddress(readAutoCreation(one.autoCreation));
    if (isKept(kept, `address:${addressId({ type: channel, address })}`, found)) {
      const text = `Messages to ${address} go elsewhere, as setup was told to keep it: ${found}`;
      return [finding('autocreation_kept', hideSecretsIn(text), 'nothing, if that is still right')];
    }
    const { enabled, type, conversationServiceSid: serviceSid } = readAutoCreation(one.autoCreation);
    if (!enabled) {
      const text = `Messages to ${address} create no conversations: autocreation is off`;
      return [finding('autocreation_off', text, fix)];
    }
    if (type !== 'default') {
      const text = `Messages to ${address} go elsewhere: the type of its autocreation is ${type}`;
      return [finding('autocreation_other', text, `decide who gets these messages, then ${fix}`)];
    }
    if (conversationServiceSid && serviceSid !== conversationServiceSid) {
      const text = `Messages to ${address} create conversations in ${serviceSid ?? 'the default service'}, not in ${conversationServiceSid}`;
      return [finding('autocreation_other_service', text, fix)];
    }
    return [];
  });
}

/** Checks that the account owns each address. */
export async function checkNumbers({ accountSid, client, routing, kept }: Subject): Promise<Finding[]> {
  const own = listOwnAddresses(routing);
  const findings: Finding[] = [];
  const correct = 'correct it in assets/routing.private.json';
  const numbers = own.filter(({ address }) => address.startsWith('+'));
  if (numbers.length > 0) {
    const owned = await client.incomingPhoneNumbers.list({ limit: 5_000, pageSize: 1_000 });
    for (const { address } of numbers) {
      const number = owned.find(({ phoneNumber }) => phoneNumber === address);
      if (!number) {
        const text = `Account ${accountSid} does not own ${address}`;
        findings.push(
          finding('number_unknown', text, `${correct}, or Console: Phone Numbers → Buy a number`),
        );
      } else if (number.smsUrl || number.smsApplicationSid) {
        const handler = handlerOf({ ...number, service: undefined });
        if (handler !== undefined && isKept(kept, `number:${address}`, handler)) {
          const text = `Messages to ${address} are also answered by ${handler}, as setup was told to keep it`;
          findings.push(finding('number_kept', hideSecretsIn(text), 'nothing, if that is still right'));
          continue;
        }
        const text = `${address} also has a URL of its own for messages: customers may get two answers`;
        const fix = `Console: Phone Numbers → Active numbers → ${address}, Messaging: remove "A message comes in"`;
        findings.push(finding('number_replies', text, fix));
      }
    }
  }
  const codes = own.filter(({ channel, address }) => channel === 'sms' && !address.startsWith('+'));
  if (codes.length > 0) {
    const owned = await client.api.v2010.account.shortCodes.list({ limit: 1_000 });
    for (const { address } of codes) {
      if (owned.some(({ shortCode }) => shortCode === address)) continue;
      findings.push(finding('number_unknown', `Account ${accountSid} has no short code ${address}`, correct));
    }
  }
  const senders = own.filter(({ channel, address }) => channel === 'whatsapp' && address !== sandbox);
  if (senders.length > 0) findings.push(...(await checkSenders(client, senders, correct)));
  return findings;
}

async function checkSenders(
  client: Subject['client'],
  own: readonly OwnAddress[],
  correct: string,
): Promise<Finding[]> {
  const listed = client.messaging.v2.channelsSenders.list({ channel: 'whatsapp', limit: 1_000 });
  const senders = (await orMissing(listed)) ?? [];
  return own.flatMap(({ address }) => {
    const sender = senders.find(({ senderId }) => senderId === address);
    if (!sender) {
      const text = `The account has no WhatsApp sender ${address}`;
      return [
        finding('number_unknown', text, `${correct}, or Console: Messaging → Senders → WhatsApp senders`),
      ];
    }
    if (sender.status === 'ONLINE' || sender.status === 'ONLINE:UPDATING') return [];
    const text = `The WhatsApp sender ${address} is ${sender.status}`;
    return [finding('sender_offline', text, 'Console: Messaging → Senders → WhatsApp senders')];
  });
}
