import type { Customer } from '../model';
import { byteLength } from '../text';
import type { CustomerPage } from './directory';

/** What Frontline reads at most of an answer, in bytes of JSON. */
export const frontlineAnswerLimit = 64 * 1024;

export interface CustomerListAnswer {
  objects: {
    customers: { customer_id: string; display_name: string; avatar?: string }[];
    /** Makes the app offer its search box. */
    searchable: true;
    next_page_token?: string;
  };
}

/**
 * The answer to `GetCustomersList`, cut where it would grow over 64 KB; what was cut is on the next page.
 *
 * @see https://www.twilio.com/docs/frontline/my-customers
 */
export function customerListAnswer(page: CustomerPage): CustomerListAnswer {
  for (let count = page.items.length; ; count--) {
    const items = page.items.slice(0, count);
    const last = items.at(-1);
    const more = page.more || count < page.items.length;
    const answer: CustomerListAnswer = {
      objects: {
        customers: items.map(({ customer: { customer_id, display_name, avatar } }) => ({
          customer_id,
          display_name,
          ...(avatar && { avatar }),
        })),
        searchable: true,
        ...(more && last && { next_page_token: last.cursor }),
      },
    };
    if (count <= 1 || byteLength(JSON.stringify(answer)) <= frontlineAnswerLimit) return answer;
  }
}

/** The answer to `GetCustomerDetailsByCustomerId`: the customer's card. */
export function customerDetailsAnswer(customer: Customer): object {
  const { customer_id, display_name, channels, links, avatar, details } = customer;
  return {
    objects: {
      customer: {
        customer_id,
        display_name,
        channels,
        links,
        ...(avatar && { avatar }),
        details: details ?? { title: 'Details', content: '' },
      },
    },
  };
}

/** @returns whether this customer is the worker's own: by the customers' data or by an entry in the routing data */
export function isOwn(customer: Customer, worker: string): boolean {
  return customer.worker === worker || (customer.assigned_workers?.includes(worker) ?? false);
}
