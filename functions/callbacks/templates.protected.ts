import { renderTemplates } from '../../lib/core/templates';
import { openCustomer } from '../../lib/data/access';
import { action, serve } from '../../lib/edge/callback';
import { getTemplates } from '../../lib/events/frontline';

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
