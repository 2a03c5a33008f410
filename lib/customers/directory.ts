import { type Address, type EventAddress, onOtherChannel, spellings } from '../address';
import { Forbidden, InvalidEvent, NotFound } from '../errors';
import type { Channel, Customer, Routing } from '../model';
import type { TwilioApi } from '../twilio/api';
import { isInConversation, listOpenMemberships, type Member } from '../twilio/conversations';

/** Which of a worker's customers to list. */
export interface CustomerQuery {
  /** The worker's identity. */
  worker: string;
  /** What to search for in names, ids, e-mail addresses and numbers; case and accents are ignored. Empty means all. */
  search?: string;
  /** The length of the page. */
  limit: number;
  /** Where to continue: `next` of a page, or a result of `cursorAfter`. */
  cursor?: string;
  /** The `customer_id` of the last customer seen: the older way to page. */
  anchor?: string;
}

/** A page of a list of customers. */
export interface CustomerPage {
  /** In the order of `compareCustomers`. */
  customers: Customer[];
  /** The cursor of the next page; undefined on the last one. */
  next: string | undefined;
}

/**
 * The only way in which the functions read customers. It is implemented for the private asset; you can implement it for a
 * CRM or Twilio Sync. A lookup that fails has to throw: "could not look" is not "no such customer".
 */
export interface CustomerDirectory {
  /** @returns the customer with this `customer_id`, or undefined when there is none */
  byId(customerId: string): Promise<Customer | undefined>;
  /** @returns the customer who has this address, by its key, on any channel; undefined when nobody has it */
  byAddress(address: Address): Promise<Customer | undefined>;
  /**
   * @returns a page of the worker's own customers, in a stable order; it is empty after an anchor that is not in the list
   * @throws InvalidCursor when the cursor is not one that this directory made
   */
  list(query: CustomerQuery): Promise<CustomerPage>;
  /**
   * @returns the cursor for what comes after a customer, for a page that is cut there. It stays valid when that customer
   *   is deleted, renamed or given to another worker
   */
  cursorAfter(customer: Customer): string;
}

/** Thrown for a cursor that this directory has not made. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** The time that is kept to answer in if a request to Twilio hangs; in milliseconds. */
const answerMs = 250;

/**
 * Opens a customer's card for a worker, if the worker may open it.
 *
 * @param twilio opens Twilio's REST API; called only if the data alone does not allow it
 * @param request whose card (`customer_id`), and who asks (identity)
 * @throws NotFound when there is no such customer; Forbidden when `customerAccess` is `own`, the customer is another
 *   worker's, and the two are in no open conversation; TwilioUnavailable, TwilioRefused or Misconfigured when Twilio
 *   cannot tell
 */
export async function openCard(
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
 * @returns whether this customer is the worker's own: by `worker` on the card, by an entry in the routing data, or because
 *   nobody owns the customer
 */
export function isOwn({ worker, assigned_workers = [] }: Customer, identity: string): boolean {
  if (!worker && assigned_workers.length === 0) return true;
  return worker === identity || assigned_workers.includes(identity);
}

/** @returns every address and identity with which a customer can be in a conversation, each once */
function membersOf({ channels }: Customer): Member[] {
  const identities = channels.filter(({ type }) => type === 'chat').map(({ value }) => value);
  const addresses = channels.flatMap(addressesOf);
  return [
    ...[...new Set(addresses)].map((address) => ({ address })),
    ...[...new Set(identities)].map((identity) => ({ identity })),
  ];
}

/** @returns a number's forms on SMS and on WhatsApp, whichever of the two the card has */
function addressesOf(channel: Channel): string[] {
  if (channel.type === 'chat') return [];
  const other = onOtherChannel(channel);
  return [channel, ...(other ? [other] : [])].flatMap(spellings);
}

/** @returns whether a worker and a customer are together in a conversation that is not closed */
function sharesConversation(
  api: TwilioApi,
  customer: Member[],
  worker: string,
  { conversationServiceSid: service }: Routing,
): Promise<boolean> {
  // The customer's conversations are listed, not the worker's: a worker may be in thousands, most of them closed.
  const asked = customer.map(async (member) => {
    const open = await listOpenMemberships(api, member, service);
    const sids = new Set(open.map(({ sid }) => sid));
    return isAnyTrue([...sids].map((sid) => isInConversation(api, { sid, serviceSid: service }, worker)));
  });
  return isAnyTrue(asked);
}

/** @returns whether any answer is true. @throws the first error, if none is true */
async function isAnyTrue(asked: Promise<boolean>[]): Promise<boolean> {
  const answers = await Promise.allSettled(asked);
  if (answers.some((one) => one.status === 'fulfilled' && one.value)) return true;
  const failed = answers.find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
  return false;
}

/**
 * Lists a page of a worker's own customers, as `GetCustomersList` asks for it. `NextPageToken` takes precedence over
 * `Anchor`.
 *
 * @throws InvalidEvent when the token is not one of ours
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
 * Finds the card of the sender, or else of the first other member of the group who has one.
 *
 * @param senders the addresses, the sender first
 * @returns undefined when nobody is on a card
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
