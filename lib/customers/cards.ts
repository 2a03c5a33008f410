import type { Channel, ChannelType, Customer } from '../model';
import { byteLength } from '../text';
import type { CustomerPage } from './directory';

/** The most that Frontline reads of an answer, in bytes of JSON. */
export const frontlineAnswerLimit = 64 * 1024;

/** The body of the answer to `GetCustomersList`. */
export interface CustomerListAnswer {
  objects: {
    customers: { customer_id: string; display_name: string; avatar?: string }[];
    /** Makes the app offer its search box. */
    searchable: true;
    next_page_token?: string;
  };
}

/**
 * The answer to `GetCustomersList`, cut at 64 KB; what was cut is on the next page.
 *
 * @param cursorAfter returns the cursor for what comes after a customer of the page
 * @see https://www.twilio.com/docs/frontline/my-customers
 */
export function customerListAnswer(
  page: CustomerPage,
  cursorAfter: (customer: Customer) => string,
): CustomerListAnswer {
  for (let count = page.customers.length; ; count--) {
    const customers = page.customers.slice(0, count);
    const last = customers.at(-1);
    const next = count < page.customers.length && last ? cursorAfter(last) : page.next;
    const answer: CustomerListAnswer = {
      objects: {
        customers: customers.map(({ customer_id, display_name, avatar }) => ({
          customer_id,
          display_name,
          ...(avatar && { avatar }),
        })),
        searchable: true,
        ...(next !== undefined && { next_page_token: next }),
      },
    };
    if (count <= 1 || byteLength(JSON.stringify(answer)) <= frontlineAnswerLimit) return answer;
  }
}

/** The channels that Frontline supports. */
const frontlineChannels: readonly ChannelType[] = ['sms', 'whatsapp', 'chat'];

/** The links that a worker's tap may open: no scripts, and nothing on the phone itself. */
const openLink = /^(https?|mailto|tel):/i;

/**
 * The answer to `GetCustomerDetailsByCustomerId`: the parts of the customer's card that Frontline can show.
 *
 * @see https://www.twilio.com/docs/frontline/my-customers
 */
export function customerDetailsAnswer(customer: Customer): object {
  const { customer_id, display_name, channels, links, avatar, details } = customer;
  return {
    objects: {
      customer: {
        customer_id,
        display_name,
        channels: channels
          .filter(({ type }) => frontlineChannels.includes(type))
          .map((channel) => named(channel, channel.display_name)),
        links: (links ?? [])
          .filter(({ value }) => openLink.test(value))
          .map(({ type, value, display_name: name }) => ({ type, value, display_name: name })),
        ...(avatar && { avatar }),
        ...(details && { details: { title: details.title, content: details.content } }),
      },
    },
  };
}

function named({ type, value }: Channel, name: string | null | undefined): object {
  return { type, value, ...(name && { display_name: name }) };
}
