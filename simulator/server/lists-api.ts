import type { Context, Hono } from 'hono';
import type { ChannelType, Customer } from '../../lib/model';
import type { TimelineEntry } from '../api';
import type { CustomerLines, CustomerPage, DataFile, ListedCustomer } from '../api-lists';
import type { ConversationFilter } from '../conversation-filter';
import { isPhone, ownersOf, phoneOf } from '../data/customer-index';
import type { ProjectData } from '../project-data';
import type { ScenarioParts } from '../scenarios/context';
import { notFound } from '../twilio/http/errors';
import type { ConversationViews } from './conversation-views';
import { conversationsQuery, customersQuery, linesQuery, timelineQuery } from './queries';
import { readQuery } from './read-request';
import { timelinePage } from './timeline-page';

/** How many are listed unless `limit` says it. */
const pageSize = 50;

/** What the lists are read from. */
export interface ListsTarget {
  parts: ScenarioParts;
  views: ConversationViews;
  data(): ProjectData;
}

/** Adds the routes of what can be long: `api-lists.ts` describes them. */
export function addListRoutes(api: Hono, { parts, views, data }: ListsTarget): void {
  api.get('/customers', async (c) => c.json(await listCustomers(c, parts, data())));
  api.get('/conversations', (c) => {
    const { query, state, unrouted, worker, address, before, limit } = readQuery(c, conversationsQuery);
    const filter: ConversationFilter = {
      ...(query && { query }),
      ...(state && { state }),
      ...(unrouted === 'true' && { unrouted: true }),
      ...(worker && { worker }),
      ...(address && { address }),
    };
    return c.json(views.list(filter, limit ?? pageSize, before));
  });
  api.get('/conversations/:sid', (c) => c.json(views.view(c.req.param('sid'))));
  api.get('/timeline', (c) => {
    const { timeline } = parts;
    const { trace, format, conversation, limit, before } = readQuery(c, timelineQuery);
    if (format === 'export') {
      c.header('Content-Disposition', 'attachment; filename="timeline.json"');
      const body = JSON.stringify(timeline.entries(trace), null, 2);
      return c.body(body, 200, { 'Content-Type': 'application/json' });
    }
    const entries: TimelineEntry[] = timeline.entries(trace);
    if (limit === undefined && before === undefined && conversation === undefined) return c.json(entries);
    return c.json(
      timelinePage(entries, {
        limit: limit ?? pageSize,
        ...(conversation && { conversation }),
        ...(before !== undefined && { before }),
      }),
    );
  });
  api.get('/data/lines', async (c) => {
    const source = data().sources.customers;
    readQuery(c, linesQuery);
    const ids = c.req.queries('id') ?? [];
    const lines = await Promise.all(
      ids.map(async (id) => [id, (await source.customerLine(id)) ?? null] as const),
    );
    return c.json<CustomerLines>({ lines: Object.fromEntries(lines) });
  });
  api.get('/data/customers/:id', async (c) => {
    const { sources, index } = data();
    const id = c.req.param('id');
    const rows = await sources.customers.customerRows(id);
    // Data that is in use can have somebody who is not in the file any more.
    if (rows.length === 0 && !index.byId(id)) throw notFound(`/api/data/customers/${id}`);
    return c.json<DataFile>({ file: sources.customers.name, rows });
  });
  api.get('/data/:file{routing|templates}', (c) => {
    const source = data().sources[c.req.param('file') as 'routing' | 'templates'];
    return c.json<DataFile>({ file: source.name, rows: source.rows() });
  });
}

async function listCustomers(c: Context, parts: ScenarioParts, data: ProjectData): Promise<CustomerPage> {
  const { query = '', worker, channel, after, id, phone, limit = pageSize } = readQuery(c, customersQuery);
  const unknown = parts.customers.unknown().map((one): ListedCustomer => ({ ...one, addresses: [] }));
  const total = data.index.count + unknown.length;
  if (id !== undefined || phone !== undefined) {
    const found = id === undefined ? data.index.byAddress(phone ?? '') : data.index.byId(id);
    const made = unknown.find((one) => phone !== undefined && one.phone === phone);
    const customers = [...(made ? [made] : []), ...(found ? [listed(found)] : [])];
    if (customers.length === 0) throw notFound(`/api/customers/${id ?? phone}`);
    return { customers, total };
  }
  const page = await data.index.list({
    query,
    limit,
    ...(worker && { worker }),
    ...(channel && { channel }),
    ...(after !== undefined && { after }),
  });
  // Unknown customers have no worker; they come before all others.
  const words = query.toLowerCase().split(' ');
  const first =
    after !== undefined || worker
      ? []
      : unknown.filter(({ displayName, phone: number, channels }) => {
          const text = `${displayName} ${number}`.toLowerCase();
          return (
            words.every((word) => text.includes(word)) &&
            (!channel || (channels as string[]).includes(channel))
          );
        });
  const customers = [...first, ...page.customers.map(listed)];
  return { customers, total, ...(page.next !== undefined && { next: page.next }) };
}

function listed(customer: Customer): ListedCustomer {
  const phone = phoneOf(customer);
  const [worker] = ownersOf(customer);
  const types = customer.channels.map(({ type }: { type: ChannelType }) => type);
  return {
    customerId: customer.customer_id,
    displayName: customer.display_name,
    ...(phone && { phone }),
    channels: [...new Set(types.filter(isPhone))],
    addresses: customer.channels.map(({ type, value }) => ({ type, value })),
    ...(worker !== undefined && { worker }),
  };
}
