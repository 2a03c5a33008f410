import { Hono, type MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { TwilioError } from './errors';
import { type Operation, requireDescribed } from './openapi';
import type { Origin, RestRequest } from './request';

/** What the routes of Twilio's APIs find in their context. */
export interface RestEnv {
  /** The request as it was read: a handler runs without waiting for a body. */
  Bindings: RestRequest;
  Variables: {
    /** What the request asks for by Twilio's description; undefined where Twilio describes nothing. */
    operation: Operation | undefined;
    origin: Origin;
  };
}

/**
 * @returns an app without routes, which answers errors as Twilio does. A route's path begins with the host:
 *   `/conversations.twilio.com/v1/Conversations`.
 */
export function createRestApp(): Hono<RestEnv> {
  const app = new Hono<RestEnv>({ getPath: ({ url }) => url.replace(/^https:\//, '') });
  app.onError((error, c) => {
    if (!(error instanceof TwilioError)) throw error;
    return c.json(error.body(), error.status as ContentfulStatusCode);
  });
  app.notFound(({ env, var: { operation } }) => {
    const what = `${env.method} https://${env.host}${env.path}`;
    const name = operation ? `${operation.operationId}: ${what}` : what;
    throw new TwilioError(501, 20501, `The local Twilio does not simulate ${name}`);
  });
  return app;
}

/** Holds each request against Twilio's description of its API, and says on whose behalf it changes something. */
export const checkRequest: MiddlewareHandler<RestEnv> = async ({ env, set }, next) => {
  set('operation', requireDescribed(env));
  set('origin', { source: 'API', webhooks: env.headers['x-twilio-webhook-enabled'] === 'true' });
  await next();
};

/** @returns what an app answers; its work is done before this returns */
export async function askApp(
  app: Hono<RestEnv>,
  request: RestRequest,
): Promise<{ status: number; body: object | string }> {
  const { method, host, path } = request;
  const response = await app.fetch(new Request(`https://${host}${path}`, { method }), request);
  const text = await response.text();
  return { status: response.status, body: text === '' ? '' : (JSON.parse(text) as object) };
}
