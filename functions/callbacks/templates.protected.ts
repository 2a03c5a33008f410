import { openCustomer } from '../../lib/customers/access';
import { getTemplates } from '../../lib/events/frontline';
import { renderTemplates } from '../../lib/templates/render';
import { action, serve } from '../../lib/webhook/callback';

/** The message templates that fit a customer, filled in. */
const list = action(getTemplates, async (event, { customers, routing, templates, note }) => {
  const routingData = await routing();
  const customer = await openCustomer(await customers(), routingData, event);
  const worker = routingData.workers.find(({ identity }) => identity === event.Worker);
  const rendered = renderTemplates(await templates(), customer, worker ?? { identity: event.Worker });
  note({ templates: rendered.reduce((sum, category) => sum + category.templates.length, 0) });
  return rendered;
});

export const handler = serve({
  by: 'Location',
  actions: { GetTemplatesByCustomerId: list },
  unknown: 'refuse',
  budgetMs: 5_000,
});
