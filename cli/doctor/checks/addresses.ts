import type { Routing } from '../../../lib/model';
import { hideSecretsIn } from '../../hide-secrets';
import { addressId, type Fields } from '../../setup/change';
import {
  answersWithDemo,
  handlerOf,
  howToEndAnswers,
  type NumberState,
  readNumbers,
} from '../../setup/number-answers';
import { describeAddress } from '../../setup/plan';
import { readAutoCreation } from '../../setup/resources';
import { type Finding, finding } from '../findings';
import { setupCommand, setupOr } from '../fixes';
import { findKept, isKept, orMissing, type Subject } from '../subject';

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
  const configured = await readConfigured(client);
  const { conversationServiceSid } = routing;
  const missing = own.flatMap(({ channel, address }) =>
    configured.has(addressId({ type: channel, address })) ? [] : address,
  );
  const leftAlone = await findLeftAlone({ client, kept }, missing);
  return own.flatMap(({ channel, address }) => {
    const fix = setupOr(`Console: Conversations → Manage → Addresses, ${address}`, subject);
    const id = addressId({ type: channel, address });
    const one = configured.get(id);
    if (!one) {
      if (leftAlone.has(address)) return [];
      const text = `Nothing creates conversations from messages to ${address}, unless its messaging service does`;
      return [finding('autocreation_missing', text, fix)];
    }
    const found = describeAddress(one);
    if (isKept(kept, `address:${id}`, found)) {
      const text = `Messages to ${address} go elsewhere, because you told setup to keep it: ${found}`;
      return [finding('autocreation_kept', hideSecretsIn(text), asDecided)];
    }
    const { enabled, type, conversationServiceSid: serviceSid } = one;
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

const asDecided = 'nothing to do, if that is still what you want';

/** @returns what each address configuration says, by `addressId` */
async function readConfigured({ conversations: { v1 } }: Subject['client']): Promise<Map<string, Fields>> {
  const all = await v1.addressConfigurations.list({ limit: 1_000 });
  return new Map(all.map((one) => [addressId(one), readAutoCreation(one.autoCreation)]));
}

/** @returns the numbers that somebody has decided in setup to leave to what answers them: `number_kept` reports these */
async function findLeftAlone(
  { client, kept }: Pick<Subject, 'client' | 'kept'>,
  addresses: readonly string[],
): Promise<ReadonlySet<string>> {
  const decided = kept.filter(({ replaced }) => !replaced);
  const perhaps = addresses.filter((address) => decided.some(({ id }) => id === `number:${address}`));
  if (perhaps.length === 0) return new Set();
  const numbers = await readNumbers(client, perhaps);
  const left = perhaps.filter((address) => {
    const number = numbers.get(address);
    return number && findKept(decided, `number:${address}`, handlerOf(number));
  });
  return new Set(left);
}

/** Checks that the account owns each address, and that nothing answers beside Conversations. */
export async function checkNumbers(subject: Subject): Promise<Finding[]> {
  const { accountSid, client, routing } = subject;
  const own = listOwnAddresses(routing);
  const findings: Finding[] = [];
  const correct = 'correct it in assets/routing.private.json';
  const numbers = own.filter(({ address }) => address.startsWith('+')).map(({ address }) => address);
  for (const [address, number] of numbers.length > 0 ? await readNumbers(client, numbers) : []) {
    if (number) findings.push(...(await checkAnswers(subject, address, number)));
    else {
      const text = `Account ${accountSid} does not own ${address}`;
      findings.push(finding('number_unknown', text, `${correct}, or Console: Phone Numbers → Buy a number`));
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

/** @returns what answers a number's messages besides Conversations, and what was decided about it */
async function checkAnswers(subject: Subject, address: string, number: NumberState): Promise<Finding[]> {
  const { client, kept } = subject;
  const handler = handlerOf(number);
  if (handler === undefined && !answersWithDemo(number)) return [];
  const end = howToEndAnswers(address, number);
  const decision = findKept(kept, `number:${address}`, handler);
  const existing = (await readConfigured(client)).get(addressId({ type: 'sms', address }));
  const isBeside = existing?.enabled === true;
  if (decision) {
    const what = `Messages to ${address} are ${isBeside ? 'also ' : ''}answered by ${handler}`;
    const [text, fix] = decision.replaced
      ? [
          `${what}: you told setup to replace it, but setup never changes the number itself`,
          `Console: ${end}`,
        ]
      : [
          `${what}${isBeside ? '' : ' and create no conversations'}, because you told setup to keep it`,
          asDecided,
        ];
    return [finding('number_kept', hideSecretsIn(text), fix)];
  }
  // Where autocreation is off, only one answers.
  if (existing && !isBeside) return [];
  const text = `${address} also has a URL of its own for messages: customers may get two answers`;
  const fix =
    handler === undefined ? `Console: ${end}` : `${setupCommand(subject)}, which asks, or Console: ${end}`;
  return [finding('number_replies', text, fix)];
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
