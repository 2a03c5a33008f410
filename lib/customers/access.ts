import { type EventAddress, onOtherChannel, spellings } from '../address';
import { Forbidden, InvalidEvent, NotFound } from '../errors';
import type { Channel, Customer, Routing } from '../model';
import type { TwilioApi } from '../twilio/api';
import { isInConversation, listOpenConversations, type Member } from '../twilio/memberships';
import { type CustomerDirectory, type CustomerPage, InvalidCursor } from './directory';

/** What Twilio's answers leave of the budget, so that one that never comes does not cost those that came. */
const answerMs = 250;

/**
 * Opens one customer for a worker.
 *
 * @param twilio opens Twilio's REST API; asked only when the customer may be opened by nothing that the data says
 * @throws NotFound when there is no such customer; Forbidden when `customerAccess` is `own` and it is another worker's,
 *   with whom this worker is in no conversation; TwilioUnavailable, TwilioRefused and Misconfigured when Twilio cannot
 *   say
 */
export async function openCustomer(
  customers: CustomerDirectory,
  routing: Routing,
  twilio: (options: { reserveMs: number }) => TwilioApi,
  { CustomerId, Worker }: { CustomerId: string; Worker: string },
): Promise<Customer> {
  const customer = await customers.byId(CustomerId);
  if (!customer) throw new NotFound('customer_not_found', 'There is no customer with this CustomerId.');
  if (routing.customerAccess === 'all' || isOwn(customer, Worker)) return customer;
  const members = membersOf(customer);
  if (members.length > 0) {
    const api = twilio({ reserveMs: answerMs });
    if (await sharesConversation(api, members, Worker, routing)) return customer;
  }
  throw new Forbidden('customer_of_another_worker', 'This customer belongs to another worker.');
}

/**
 * @returns whether this customer is the worker's own: by the customers' data, by an entry in the routing data, or
 *   because nobody owns the customer
 */
export function isOwn({ worker, assigned_workers = [] }: Customer, identity: string): boolean {
  if (!worker && assigned_workers.length === 0) return true;
  return worker === identity || assigned_workers.includes(identity);
}

/** Everything as which a customer can be in a conversation, each once. */
function membersOf({ channels }: Customer): Member[] {
  const identities = channels.filter(({ type }) => type === 'chat').map(({ value }) => value);
  const addresses = channels.flatMap(addressesOf);
  return [
    ...[...new Set(addresses)].map((address) => ({ address })),
    ...[...new Set(identities)].map((identity) => ({ identity })),
  ];
}

/** A number finds its customer on SMS and on WhatsApp, whichever of the two the card names. */
function addressesOf(channel: Channel): string[] {
  if (channel.type === 'chat') return [];
  const other = onOtherChannel(channel);
  return [channel, ...(other ? [other] : [])].flatMap(spellings);
}

/** Whether a worker and a customer are in a conversation, not closed, together. */
function sharesConversation(
  api: TwilioApi,
  customer: Member[],
  worker: string,
  { conversationServiceSid: service }: Routing,
): Promise<boolean> {
  // By the customer: a worker who has been here for years is in thousands of conversations, most of them closed.
  const asked = customer.map(async (member) => {
    const open = await listOpenConversations(api, member, service);
    return isAnyTrue(open.map((conversation) => isInConversation(api, conversation, worker)));
  });
  return isAnyTrue(asked);
}

/** @throws the first error, unless any answer is true all the same */
async function isAnyTrue(asked: Promise<boolean>[]): Promise<boolean> {
  const answers = await Promise.allSettled(asked);
  if (answers.some((one) => one.status === 'fulfilled' && one.value)) return true;
  const failed = answers.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return false;
}

/**
 * A page of a worker's own customers, as `GetCustomersList` asks for it. The token goes before the anchor.
 *
 * @throws InvalidEvent when the token is none of ours
 */
export async function listCustomers(
  customers: CustomerDirectory,
  event: {
    Worker: string;
    PageSize: number;
    Query?: string | undefined;
    NextPageToken?: string | undefined;
    Anchor?: string | undefined;
  },
): Promise<CustomerPage> {
  try {
    return await customers.list({
      worker: event.Worker,
      limit: event.PageSize,
      ...(event.Query && { search: event.Query }),
      ...(event.NextPageToken && { cursor: event.NextPageToken }),
      ...(event.Anchor && { anchor: event.Anchor }),
    });
  } catch (error) {
    if (error instanceof InvalidCursor) {
      throw new InvalidEvent('NextPageToken', 'must be the next_page_token of an earlier answer');
    }
    throw error;
  }
}

/**
 * The customer among those who write: the sender if known, else the first of the group who is.
 *
 * @param senders the sender first
 */
export async function findCustomer(
  customers: CustomerDirectory,
  senders: readonly EventAddress[],
): Promise<Customer | undefined> {
  for (const { address } of senders) {
    const customer = address && (await customers.byAddress(address));
    if (customer) return customer;
  }
  return undefined;
}
