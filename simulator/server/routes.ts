import * as v from 'valibot';
import type { Snapshot } from '../api';
import {
  conversationChange,
  customerRequest,
  flexOutboundRequest,
  inboundRequest,
  outgoingRequest,
  resendRequest,
  settingsChange,
  workerChange,
  workerMessageRequest,
} from '../api-schemas';
import type { ScenarioParts } from '../scenarios/context';
import { simulatedConversation } from '../simulated-conversation';
import { TwilioError } from '../twilio/http/errors';
import type { Actions } from './actions';
import type { Events } from './events';

/** What the control API shows and changes. */
export interface ControlTarget {
  parts: ScenarioParts;
  actions: Actions;
  events: Events;
  snapshot(): Snapshot;
  /** Forgets conversations, unknown customers and timeline. */
  reset(): void;
}

/** What a call is given. */
interface Call {
  /** The variable parts of the path. */
  path: string[];
  query: URLSearchParams;
  body: unknown;
}

/** What a call answers: JSON, or text of some type. */
export type Reply = object | { type: string; text: string; filename?: string };

export interface Route {
  method: string;
  path: RegExp;
  answer(call: Call): Promise<Reply> | Reply;
}

/** @returns every call of the control API, as `simulator/README.md` lists them */
export function routesOf(target: ControlTarget): Route[] {
  const { actions, parts, snapshot, reset } = target;
  const { timeline, app } = parts;
  const route = (method: string, path: RegExp, answer: Route['answer']): Route => ({ method, path, answer });
  return [
    route('GET', /^\/api\/state$/, () => snapshot()),
    route('GET', /^\/api\/timeline$/, ({ query }) => {
      const entries = timeline.entries(query.get('trace') ?? undefined);
      if (query.get('format') !== 'export') return entries;
      return { type: 'application/json', text: JSON.stringify(entries, null, 2), filename: 'timeline.json' };
    }),
    route('GET', /^\/api\/timeline\/(\d+)\/curl$/, ({ path }) => ({
      type: 'text/plain; charset=utf-8',
      text: `${actions.curl(Number(path[0]))}\n`,
    })),
    route('POST', /^\/api\/inbound$/, ({ body }) => actions.receiveInbound(check(inboundRequest, body))),
    route('POST', /^\/api\/outgoing$/, ({ body }) => actions.startOutgoing(check(outgoingRequest, body))),
    route('POST', /^\/api\/messages$/, ({ body }) =>
      actions.sendWorkerMessage(check(workerMessageRequest, body)),
    ),
    route('POST', /^\/api\/flex\/outbound$/, ({ body }) =>
      actions.startOutbound(check(flexOutboundRequest, body)),
    ),
    route('POST', /^\/api\/resend$/, ({ body }) => actions.resendWebhook(check(resendRequest, body))),
    route('POST', /^\/api\/scenarios\/([\w-]+)$/, ({ path }) => actions.runScenario(path[0] ?? '')),
    route('PATCH', /^\/api\/settings$/, ({ body }) => parts.settings.change(check(settingsChange, body))),
    route('PATCH', /^\/api\/workers\/([^/]+)$/, ({ path, body }) =>
      parts.workers.change(path[0] ?? '', check(workerChange, body)),
    ),
    route('POST', /^\/api\/conversations\/([^/]+)$/, ({ path: [sid = ''], body }) => {
      const { state } = check(conversationChange, body);
      parts.state.updateConversation(sid, { state }, { source: 'API', webhooks: false });
      return simulatedConversation(parts.state, sid);
    }),
    route('POST', /^\/api\/customers$/, ({ body }) =>
      parts.customers.addUnknown(check(customerRequest, body)),
    ),
    route('POST', /^\/api\/reset$/, () => {
      reset();
      return {};
    }),
    route('GET', /^\/api\/app\/customers$/, async ({ query }) => {
      const { value, entry } = await app.customers(
        query.get('worker') ?? '',
        {
          query: query.get('query') ?? '',
          token: query.get('token') ?? '',
          pageSize: Number(query.get('pageSize') ?? 30),
        },
        timeline.newTrace(),
      );
      return {
        customers: value?.customers ?? [],
        ...(value?.next_page_token && { nextPageToken: value.next_page_token }),
        entry,
      };
    }),
    route('GET', /^\/api\/app\/customers\/([^/]+)$/, async ({ path, query }) => {
      const trace = timeline.newTrace();
      const { value, entry } = await app.customer(query.get('worker') ?? '', path[0] ?? '', trace);
      return { customer: value ?? null, entry };
    }),
    route('GET', /^\/api\/app\/templates$/, async ({ query }) => {
      const { value, entry } = await app.templates(
        query.get('worker') ?? '',
        query.get('customerId') ?? '',
        query.get('conversationSid') ?? '',
        timeline.newTrace(),
      );
      return { categories: value ?? [], entry };
    }),
  ];
}

/** @throws TwilioError 400 that names the field */
function check<S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, body);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = (issue.path ?? []).map(({ key }) => String(key)).join('.') || 'the body';
  throw new TwilioError(400, 20001, `${field}: ${issue.message}`);
}
