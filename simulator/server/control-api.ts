import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { streamSSE } from 'hono/streaming';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { AllowedHosts } from '../allowed-hosts';
import type { LocalAccount, Snapshot } from '../api';
import {
  conversationChange,
  customerRequest,
  flexOutboundRequest,
  inboundRequest,
  outgoingRequest,
  resendRequest,
  resetRequest,
  scenarioRequest,
  settingsChange,
  workerAddition,
  workerChange,
  workerMessageRequest,
} from '../api-schemas';
import type { ScenarioParts } from '../scenarios/context';
import { simulatedConversation } from '../simulated-conversation';
import { TwilioError } from '../twilio/http/errors';
import type { Actions } from './actions';
import type { Events } from './events';
import { addListRoutes, type ListsTarget } from './lists-api';
import { appCustomersQuery, appTemplatesQuery, appWorkerQuery } from './queries';
import { readBody, readQuery } from './read-request';

/** What the control API shows and changes. */
export interface ControlTarget extends ListsTarget {
  actions: Actions;
  events: Events;
  snapshot(): Snapshot;
  account(): LocalAccount;
  /**
   * Clears conversations, unknown customers and timeline.
   *
   * @param everything whether settings, workers, and the configuration of Conversations are back to their initial state, too
   */
  reset(everything: boolean): void;
  /** By which names it may be called. */
  hosts: AllowedHosts;
}

/** bytes */
const bodyMaximum = 1024 * 1024;

/** @returns the control API, which `simulator/README.md` lists; it needs no key, and answers no page of another site */
export function createControlApi(target: ControlTarget): Hono {
  const { account, actions, parts, events, snapshot, reset, views, hosts } = target;
  const server = new Hono();
  server.use(async ({ req, header }, next) => {
    const host = req.header('host');
    // A link may lead to the page, but nothing of another site may call the API.
    const isLink = !req.path.startsWith('/api') && req.header('origin') === undefined;
    if (!hosts.has(host) || (!isLink && hosts.isOtherSite(req.raw.headers, host))) {
      throw new TwilioError(403, 20003, 'Only requests from this machine are allowed: see --allow-host');
    }
    header('Cache-Control', 'no-store');
    await next();
  });
  server.onError(answerError);

  const api = new Hono();
  api.use(
    bodyLimit({
      maxSize: bodyMaximum,
      onError: () => {
        throw new TwilioError(413, 20001, 'The body is larger than 1 MB');
      },
    }),
  );
  api.get('/state', (c) => c.json(snapshot()));
  api.get('/account', (c) => c.json(account()));
  api.get('/events', (c) => {
    return streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => ended.abort());
      await stream.write(': connected\n\n');
      for await (const batch of events.batches(ended.signal)) {
        await stream.writeSSE({ event: 'changes', data: JSON.stringify(batch) });
      }
    });
  });

  addListRoutes(api, target);
  api.get('/timeline/:id{[0-9]+}/curl', (c) => c.text(`${actions.curl(Number(c.req.param('id')))}\n`));

  api.post('/inbound', async (c) => c.json(await actions.receiveInbound(await readBody(c, inboundRequest))));
  api.post('/outgoing', async (c) => c.json(await actions.startOutgoing(await readBody(c, outgoingRequest))));
  api.post('/messages', async (c) =>
    c.json(await actions.sendWorkerMessage(await readBody(c, workerMessageRequest))),
  );
  api.post('/flex/outbound', async (c) =>
    c.json(await actions.startOutbound(await readBody(c, flexOutboundRequest))),
  );
  api.post('/resend', async (c) => c.json(await actions.resendWebhook(await readBody(c, resendRequest))));
  api.post('/scenarios/:name', async (c) => {
    await readBody(c, scenarioRequest);
    return c.json(await actions.runScenario(c.req.param('name')));
  });

  api.patch('/settings', async (c) => c.json(parts.settings.change(await readBody(c, settingsChange))));
  api.patch('/workers/:identity', async (c) =>
    c.json(parts.workers.change(c.req.param('identity'), await readBody(c, workerChange))),
  );
  api.post('/conversations/:sid', async (c) => {
    const { state } = await readBody(c, conversationChange);
    parts.state.updateConversation(c.req.param('sid'), { state }, { source: 'API', webhooks: false });
    return c.json(simulatedConversation(parts.state, c.req.param('sid')));
  });
  api.post('/customers', async (c) => c.json(parts.customers.addUnknown(await readBody(c, customerRequest))));
  api.post('/conversations/:sid/workers', async (c) => {
    const { worker } = await readBody(c, workerAddition);
    parts.state.addParticipant(c.req.param('sid'), { identity: worker }, { source: 'API', webhooks: false });
    return c.json(views.view(c.req.param('sid')));
  });
  api.post('/reset', async (c) => {
    const { everything = false } = await readBody(c, resetRequest);
    reset(everything);
    return c.json({});
  });

  api.route('/app', createAppApi(parts));
  rejectOtherMethods(api);
  api.all('*', (c) => reject(c, 404, 'does not exist'));
  return server.route('/api', api);
}

/** What the Frontline app asks our functions for a worker. */
function createAppApi({ app, timeline }: ScenarioParts): Hono {
  const api = new Hono();
  api.get('/customers', async (c) => {
    const { worker = '', query = '', token = '', pageSize = 30 } = readQuery(c, appCustomersQuery);
    const options = { query, token, pageSize };
    const { value, entry } = await app.customers(worker, options, timeline.newTrace());
    return c.json({
      customers: value?.customers ?? [],
      ...(value?.next_page_token && { nextPageToken: value.next_page_token }),
      entry,
    });
  });
  api.get('/customers/:id', async (c) => {
    const { worker = '' } = readQuery(c, appWorkerQuery);
    const { value, entry } = await app.customer(worker, c.req.param('id'), timeline.newTrace());
    return c.json({ customer: value ?? null, entry });
  });
  api.get('/templates', async (c) => {
    const { worker = '', customerId = '', conversationSid = '' } = readQuery(c, appTemplatesQuery);
    const { value, entry } = await app.templates(worker, customerId, conversationSid, timeline.newTrace());
    return c.json({ categories: value ?? [], entry });
  });
  return api;
}

/** Answers 405 to other methods on existing paths. */
function rejectOtherMethods(api: Hono): void {
  const paths = new Set(api.routes.map(({ path }) => path));
  for (const path of paths) {
    if (!path.endsWith('*')) api.all(path, (c) => reject(c, 405, 'is not allowed'));
  }
}

function reject({ req }: Context, status: number, what: string): never {
  throw new TwilioError(status, 20404, `${req.method} ${req.path} ${what}: see simulator/README.md`);
}

function answerError(error: Error, c: Context): Response {
  const { status, code } = error instanceof TwilioError ? error : { status: 500, code: 20500 };
  return c.json({ code, message: error.message }, status as ContentfulStatusCode);
}
