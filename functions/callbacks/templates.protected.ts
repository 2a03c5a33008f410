import { openCard } from '../../lib/customers/directory';
import { getTemplates } from '../../lib/events/frontline';
import { renderTemplates } from '../../lib/templates/render';
import { action, serve, warnOfUnlistedWorker } from '../../lib/webhook/callback';

/** Answers the message templates for a customer, filled in. */
const listTemplates = action(getTemplates, async (event, context) => {
  await warnOfUnlistedWorker(event.Worker, context);
  const { customers, routing, templates, twilio, addToLog } = context;
  const data = await routing();
  const { CustomerId, Worker } = event;
  // Frontline sends no CustomerId for somebody who is on no card.
  const customer = CustomerId
    ? await openCard(await customers(), data, twilio, { CustomerId, Worker })
    : undefined;
  const worker = data.workers.find(({ identity }) => identity === Worker) ?? { identity: Worker };
  const rendered = renderTemplates(await templates(), customer, worker);
  addToLog({ templates: rendered.reduce((sum, category) => sum + category.templates.length, 0) });
  return rendered;
});

export const handler = serve({
  dispatchOn: 'Location',
  actions: { GetTemplatesByCustomerId: listTemplates },
  onUnknown: 'reject',
  budgetMs: 5_000,
});
