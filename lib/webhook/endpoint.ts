import { randomUUID } from 'node:crypto';
import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import type { GenericSchema, InferOutput } from 'valibot';
import type { Caller } from '../caller';
import { Forbidden, InvalidEvent, UnsupportedMediaType } from '../errors';
import { type Deadline, requestTimeoutMs, withReserve } from '../twilio/api';
import { validateFlexToken } from '../twilio/flex';
import { boundHttpClient } from '../twilio/http-client';
import { identifyCaller, identifyServer } from './caller';
import {
  loadAssets,
  type Platform,
  type RuntimeContext,
  requireCredentials,
  twilioPlatform,
} from './platform';
import { type HandlerContext, parseEvent, Reply, runRequest, type TwilioFunction } from './request';

/** What an endpoint's handler may use besides the request. */
export interface EndpointContext extends HandlerContext {
  /** Who calls, as verified. */
  caller: Caller;
  /** Twilio Sync, as `Runtime.getSync()` opens it. Its requests leave the time to answer in. */
  sync(): ReturnType<EndpointPlatform['sync']>;
  /** Milliseconds since 1970. */
  date(): number;
  /** A new random name. */
  newId(): string;
}

export interface Endpoint<S extends GenericSchema> {
  /** Names the request in the log. */
  name: string;
  /** What the request must hold; fields it does not name are let through. */
  schema: S;
  /** Headers that stand for a field of the request: the field's name by the header's, in lower case. */
  headerFields?: Readonly<Record<string, string>>;
  /** The variable with the key of its callers, where these are servers alone: no pages, no Flex users. */
  serverKey?: string;
  /** How many milliseconds there are to answer. */
  budgetMs: number;
  /** Takes the parsed request, returns the JSON body of a 200 answer, or a Reply, or throws. */
  handle(request: InferOutput<S>, context: EndpointContext): Promise<object>;
}

/** What is left to answer in, in milliseconds. */
const answerMs = 300;

/** What asking about a token leaves for the work, in milliseconds. */
const validationReserveMs = 4_500;

/**
 * Makes a Twilio Function of an endpoint that pages and servers call, not Twilio, or servers alone: it verifies who
 * calls, and lets in the pages of the routing data's `flex.origins` alone. Preflights it answers where Twilio has not done so itself.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/cors
 */
export function serveEndpoint<S extends GenericSchema>(
  endpoint: Endpoint<S>,
  platform: EndpointPlatform = twilioEndpointPlatform,
): TwilioFunction {
  const data = loadAssets(platform);

  return async (twilioContext, event, callback) => {
    const { request, Token, ...fields } = event ?? {};
    const headers = (request as { headers?: Record<string, unknown> } | undefined)?.headers ?? {};
    let allowed: Record<string, string> = {};

    const {
      status,
      body,
      headers: own,
    } = await runRequest({
      platform,
      twilioContext,
      data,
      budgetMs: endpoint.budgetMs,
      facts: { event: endpoint.name },
      fallback: undefined,
      work: async (context) => {
        const handle = (caller: Caller): Promise<object> => {
          const event = parseEvent(endpoint.schema, withHeaderFields(fields, headers, endpoint));
          return endpoint.handle(event, {
            ...context,
            caller,
            sync: () => platform.sync(twilioContext, withReserve(context.deadline, answerMs)),
            date: () => platform.date(),
            newId: () => platform.newId(),
          });
        };
        const { serverKey } = endpoint;
        if (serverKey !== undefined) {
          const key = { name: serverKey, value: twilioContext[serverKey] };
          return handle(identifyServer(headers.authorization, key));
        }
        const { roles, origins } = (await data.routing()).flex;
        allowed = corsHeaders(headers.origin, origins, twilioContext.DOMAIN_NAME);
        if (headers['access-control-request-method'] !== undefined) {
          requireNothingElse(headers, { ...fields, ...(Token !== undefined && { Token }) });
          context.addToLog({ preflight: 'Access-Control-Allow-Origin' in allowed });
          return new Reply(204, {});
        }
        requireOrigin(headers.origin, allowed);
        requireBody(headers['content-type']);
        const caller = await identifyCaller(
          { authorization: headers.authorization, token: Token },
          {
            serverKey: { name: 'OUTBOUND_API_KEY', value: twilioContext.OUTBOUND_API_KEY },
            roles,
            now: platform.date(),
            validate: (token) => validateFlexToken(context.twilio({ reserveMs: validationReserveMs }), token),
          },
        );
        context.addToLog({ caller: caller.kind });
        return handle(caller);
      },
    });
    callback(null, platform.respond(status, body, { ...allowed, ...own, 'Cache-Control': 'no-store' }));
  };
}

/**
 * Twilio tells every page's preflight that it may: whether it may is found out here. A server has no origin.
 *
 * @see https://github.com/twilio-labs/serverless-toolkit/issues/195
 */
function requireOrigin(origin: unknown, allowed: Readonly<Record<string, string>>): void {
  if (origin === undefined || 'Access-Control-Allow-Origin' in allowed) return;
  throw new Forbidden('forbidden', 'Not allowed.', { facts: { reason: 'origin_not_listed' } });
}

/** A preflight has nothing but headers of its own: a request that poses as one would be answered as if it were done. */
function requireNothingElse(headers: Readonly<Record<string, unknown>>, fields: object): void {
  const isPosing =
    headers['content-type'] !== undefined ||
    headers.authorization !== undefined ||
    Object.keys(fields).length > 0;
  if (isPosing) throw new Forbidden('forbidden', 'Not allowed.', { facts: { reason: 'not_a_preflight' } });
}

/** @throws InvalidEvent when a header and the field that it stands for differ */
function withHeaderFields(
  fields: Readonly<Record<string, unknown>>,
  headers: Readonly<Record<string, unknown>>,
  { headerFields = {} }: Pick<Endpoint<GenericSchema>, 'headerFields'>,
): Record<string, unknown> {
  const merged = { ...fields };
  for (const [header, field] of Object.entries(headerFields)) {
    const value = headers[header];
    if (value === undefined) continue;
    if (field in fields && fields[field] !== value) {
      throw new InvalidEvent(field, `must be the same as the header ${header}`);
    }
    merged[field] = value;
  }
  return merged;
}

/** A GET has no body, and neither its address nor a page's form may start a conversation. */
function requireBody(type: unknown): void {
  if (!/^application\/(json|x-www-form-urlencoded)\b/i.test(String(type))) throw new UnsupportedMediaType();
}

/**
 * Only what is listed may read an answer from a page; anybody else gets none of these headers. Functions that are
 * served from this machine let its pages in: that is where plugins are developed.
 *
 * @param domain the function's own host name, as the runtime has it
 */
function corsHeaders(origin: unknown, origins: readonly string[], domain: unknown): Record<string, string> {
  const isLocal = [origin, `http://${domain}`].every((one) =>
    /^http:\/\/localhost(:\d+)?$/.test(String(one)),
  );
  if (typeof origin !== 'string' || !(isLocal || origins.includes(origin))) return { Vary: 'Origin' };
  return {
    Vary: 'Origin',
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': 'POST, OPTIONS',
    'Access-Control-Allow-Headers': 'Authorization, Content-Type',
    'Access-Control-Expose-Headers': 'Idempotent-Replayed, Retry-After',
    'Access-Control-Max-Age': '600',
  };
}

/** What an endpoint needs from the runtime beyond what a callback needs. */
export interface EndpointPlatform extends Platform {
  /**
   * Opens Twilio Sync. No request to it outlives the deadline.
   *
   * @throws Misconfigured when the account's credentials are missing
   */
  sync(context: RuntimeContext, deadline: Deadline): ServiceContext;
  /** Milliseconds since 1970. */
  date(): number;
  /** A new random name. */
  newId(): string;
}

/**
 * Twilio's Functions runtime, with Sync and Flex.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/client
 */
const twilioEndpointPlatform: EndpointPlatform = {
  ...twilioPlatform,

  sync(context, deadline) {
    requireCredentials(context);
    const { httpClient } = context.getTwilioClient();
    const { timer } = twilioPlatform;
    return Runtime.getSync({
      httpClient: boundHttpClient(httpClient, { deadline, timer, limitMs: requestTimeoutMs }),
    });
  },

  date: () => Date.now(),
  newId: () => randomUUID(),
};
