import { compareCustomers } from '../../lib/customers/places';
import { customer, routing } from '../support/data';
import { fixture, without } from '../support/fixtures';

export const path = '/callbacks/crm';
export const list = without(fixture('get-customers-list'), 'PageSize', 'Anchor', 'NextPageToken', 'Query');
export const details = fixture('get-customer-details');
export const worker = list.Worker as string;

export const ada = customer({
  customer_id: 'ada',
  display_name: 'Ada Lovelace',
  avatar: 'https://example.com/ada.png',
  worker,
  language: 'en',
  country: 'US',
  channels: [
    { type: 'sms', value: '+12125550101' },
    { type: 'whatsapp', value: 'whatsapp:+12125550101', display_name: 'Mobile' },
  ],
  links: [{ type: 'CRM', value: 'https://example.com/ada', display_name: 'Card' }],
  details: { title: 'Information', content: 'Likes engines' },
  fields: { plan: 'Gold' },
});
export const others = Array.from({ length: 120 }, (_, i) =>
  customer({ customer_id: `c${i}`, display_name: `Customer ${i}`, worker }),
).sort(compareCustomers);
const bobs = customer({
  customer_id: 'bobs',
  display_name: "Bob's",
  worker: 'bob@example.com',
  channels: [
    { type: 'sms', value: '+12125550102' },
    { type: 'chat', value: 'bobs-customer' },
    { type: 'email', value: 'bobs@example.com' },
  ],
});
const nobodys = customer({ customer_id: 'nobodys', display_name: "Nobody's" });
const unreachable = customer({
  customer_id: 'unreachable',
  display_name: 'X',
  worker: 'bob@example.com',
});
const mexican = customer({
  customer_id: 'mexican',
  display_name: 'Y',
  worker: 'bob@example.com',
  channels: [{ type: 'whatsapp', value: 'whatsapp:+5215555550101' }],
});
export const data = {
  '/customers.json': JSON.stringify({ customers: [ada, bobs, ...others, nobodys, unreachable, mexican] }),
  '/routing.json': JSON.stringify(routing()),
};
