import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { notSimulated, TwilioError } from './errors';
import { ApiDescription, isDescribed, type Operation, requireDescribed } from './openapi';
import type { Origin, RestRequest } from './request';
import { SharedRouter } from './shared-router';

/** The Hono environment of all routes. */
export interface RestEnv {
  /** The request with its body already parsed, so that handlers are synchronous. */
  Bindings: RestRequest;
  Variables: {
    /** The operation in Twilio's OpenAPI file; undefined on a host that Twilio does not describe. */
    operation: Operation | undefined;
    origin: Origin;
  };
}

/**
 * @returns an app without routes that answers a host's requests, and errors as Twilio does. Paths begin with the host,
 *   e.g. `/conversations.twilio.com/v1/Conversations`.
 */
export function createRestApp(host: string): Hono<RestEnv> {
  const app = new Hono<RestEnv>({
    getPath: ({ url }) => url.replace(/^https:\//, ''),
    router: new SharedRouter(host),
  });
  app.onError((error, c) => {
    if (!(error instanceof TwilioError)) throw error;
    return c.json(error.body(), error.status as ContentfulStatusCode);
  });
  app.notFound(({ env }) => {
    throw notSimulated(`${env.method} https://${env.host}${env.path}`);
  });
  return app;
}

/**
 * Answers 501 to what Twilio has and the local Twilio does not simulate, whatever else is wrong with the request: its
 * credentials and its parameters come later.
 */
export const refuseUnsimulated: MiddlewareHandler<RestEnv> = async (c, next) => {
  const { method, host, path } = c.env;
  // Those of all methods are middleware.
  if (!matchedRoutes(c).some((route) => route.method === method)) {
    const what = `${method} https://${host}${path}`;
    const operation = ApiDescription.of(host)?.operation(c.env);
    if (operation) throw notSimulated(`${operation.operationId}: ${what}`);
    if (!isDescribed(host, path)) throw notSimulated(what);
  }
  await next();
};

/** Checks each request against Twilio's OpenAPI file, and sets the context's variables. */
export const checkRequest: MiddlewareHandler<RestEnv> = async ({ env, set }, next) => {
  set('operation', requireDescribed(env));
  set('origin', { source: 'API', webhooks: env.headers['x-twilio-webhook-enabled'] === 'true' });
  await next();
};

/** The text of each response: reading it from the response's stream takes longer than all routes. */
const texts = new WeakMap<Response, string>();

/** @returns a response with a resource, or with a page of them, as JSON */
export function answer(c: Pick<Context, 'body'>, resource: object, status: 200 | 201 | 202 = 200): Response {
  const text = JSON.stringify(resource);
  const response = c.body(text, status, { 'Content-Type': 'application/json' });
  texts.set(response, text);
  return response;
}

/** @returns the JSON text of an answer */
export async function readText(response: Response): Promise<string> {
  return texts.get(response) ?? (await response.text());
}

/** @returns an app's answer; the request is carried out synchronously, before the promise settles */
export async function askApp(
  app: Hono<RestEnv>,
  request: RestRequest,
): Promise<{ status: number; body: object | string }> {
  const { method, host, path } = request;
  // Hono reads nothing else, and a real Request is slow to make.
  const routed = { method, url: `https://${host}${path}` } as Request;
  const response = await app.fetch(routed, request);
  const text = await readText(response);
  return { status: response.status, body: text === '' ? '' : (JSON.parse(text) as object) };
}
