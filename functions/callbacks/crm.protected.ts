import { customerDetailsAnswer, customerListAnswer } from '../../lib/customers/cards';
import { listCustomers, openCard } from '../../lib/customers/directory';
import { getCustomerDetails, getCustomersList } from '../../lib/events/frontline';
import { action, serve, warnOfUnlistedWorker } from '../../lib/webhook/callback';

/** Answers a page of the worker's own customers. */
const listOwnCustomers = action(getCustomersList, async (event, context) => {
  await warnOfUnlistedWorker(event.Worker, context);
  const directory = await context.customers();
  const page = await listCustomers(directory, event);
  context.addToLog({ customers: page.customers.length, more: page.next !== undefined });
  return customerListAnswer(page, (customer) => directory.cursorAfter(customer));
});

/** Answers one customer's card, if the worker may open it. */
const showCard = action(getCustomerDetails, async (event, context) => {
  await warnOfUnlistedWorker(event.Worker, context);
  const { customers, routing, twilio } = context;
  const customer = await openCard(await customers(), await routing(), twilio, event);
  return customerDetailsAnswer(customer);
});

export const handler = serve({
  dispatchOn: 'Location',
  actions: { GetCustomersList: listOwnCustomers, GetCustomerDetailsByCustomerId: showCard },
  onUnknown: 'reject',
  budgetMs: 5_000,
});
