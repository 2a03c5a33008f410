import { listCustomers, openCustomer } from '../../lib/customers/access';
import { customerDetailsAnswer, customerListAnswer } from '../../lib/customers/cards';
import { getCustomerDetails, getCustomersList } from '../../lib/events/frontline';
import { action, serve } from '../../lib/webhook/callback';

/** A page of the worker's own customers. */
const list = action(getCustomersList, async (event, { customers, note }) => {
  const page = await listCustomers(await customers(), event);
  note({ customers: page.items.length, more: page.more });
  return customerListAnswer(page);
});

/** One customer's card. */
const details = action(getCustomerDetails, async (event, { customers, routing }) => {
  const customer = await openCustomer(await customers(), await routing(), event);
  return customerDetailsAnswer(customer);
});

export const handler = serve({
  by: 'Location',
  actions: { GetCustomersList: list, GetCustomerDetailsByCustomerId: details },
  unknown: 'refuse',
  budgetMs: 5_000,
});
