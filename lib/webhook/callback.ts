import type { GenericSchema, InferOutput } from 'valibot';
import { InvalidEvent, UnknownAction } from '../errors';
import type { Worker } from '../model';
import { loadAssets, type Platform, twilioPlatform } from './platform';
import {
  errorFacts,
  type HandlerContext,
  loggableFields,
  parseEvent,
  runRequest,
  type TwilioFunction,
} from './request';

export type { HandlerContext, TwilioFunction };

/** The build puts its id here; it is not defined when the sources run as they are. */
declare const BUILD_ID: string | undefined;

/** One action of a callback: the schema of its event, and the handler that answers it. */
export interface Action {
  schema: GenericSchema;
  handle(event: never, context: HandlerContext): Promise<object>;
  /** See `action`. */
  fallback?: object;
}

/**
 * Makes an action from an event's schema and its handler.
 *
 * @param schema what the event must hold; fields that it does not name are allowed
 * @param handle takes the parsed event; returns the JSON body of the 200 answer, or throws one of `lib/errors`
 * @param options.fallback the body of the 200 answer if anything goes wrong: for hooks whose error would lose the
 *   customer's message
 */
export function action<S extends GenericSchema>(
  schema: S,
  handle: (event: InferOutput<S>, context: HandlerContext) => Promise<object>,
  options: { fallback?: object } = {},
): Action {
  return { schema, handle, ...options };
}

/** What a callback URL answers. */
export interface Callback {
  /** The field of the request that names the action. */
  dispatchOn: 'Location' | 'EventType';
  /** The actions by the value of that field. */
  actions: Record<string, Action>;
  /** The action to take when the field is missing. */
  defaultAction?: string;
  /** What to do about an action that is not listed: reject it with 422, or answer 200 with `{}` and warn in the log. */
  onUnknown: 'reject' | 'ignore';
  /** The time to answer in, in milliseconds: the caller's limit less a margin. */
  budgetMs: number;
}

/**
 * Makes a Twilio Function from a callback. The function parses the event, runs the action within the time budget, turns
 * its value or error into exactly one call of `callback`, and writes one JSON log line.
 *
 * @returns the function that Twilio's runtime calls as `handler`; it never throws
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
export function serve(definition: Callback, platform: Platform = twilioPlatform): TwilioFunction {
  const data = loadAssets(platform);
  const actions = new Map(Object.entries(definition.actions));

  return async (twilioContext, event, callback) => {
    const request = event ?? {};
    const name = readActionName(request[definition.dispatchOn], definition.defaultAction);
    const known = name === undefined ? undefined : actions.get(name);
    const { status, body, outcome } = await runRequest({
      platform,
      twilioContext,
      data,
      budgetMs: definition.budgetMs,
      facts: { event: known ? name : 'unknown', ...loggableFields(request) },
      fallback: known?.fallback,
      work: async (context) => {
        if (isEmpty(request)) return answerEmptyRequest(definition.onUnknown, request, context);
        if (known) return known.handle(parseEvent(known.schema, request) as never, context);
        if (definition.onUnknown === 'reject')
          throw new UnknownAction(definition.dispatchOn, [...actions.keys()]);
        context.addToLog({ ignored: 'unknown event' }, 'warn');
        return {};
      },
    });
    callback(null, platform.respond(status, body, request.BuildProbe === '1' ? probeHeaders(outcome) : {}));
  };
}

/**
 * `npm run doctor` asks which build is deployed, and what a fallback hides. Twilio's signature covers the field that
 * asks, and a protected function gets no request without a signature.
 */
function probeHeaders(outcome: string): Record<string, string> {
  return {
    'X-Build-Id': typeof BUILD_ID === 'undefined' ? 'not built' : BUILD_ID,
    'X-Outcome': outcome,
  };
}

/** @returns whether an event has no field; `request`, with the headers, is added by the runtime */
function isEmpty(event: Record<string, unknown>): boolean {
  return Object.keys(event).every((name) => name === 'request');
}

/**
 * Answers a request whose body could not be read as fields. The log gets its Content-Type, which is usually the reason.
 *
 * @throws InvalidEvent if unknown events are rejected; otherwise an error could lose the customer's message
 */
function answerEmptyRequest(
  onUnknown: Callback['onUnknown'],
  event: Record<string, unknown>,
  { addToLog }: HandlerContext,
): object {
  const problem = 'has no fields: send them as a form, with Content-Type: application/x-www-form-urlencoded';
  const error = new InvalidEvent('event', problem);
  addToLog({ contentType: readMediaType(event) });
  if (onUnknown === 'reject') throw error;
  addToLog(errorFacts(error), 'error');
  return {};
}

/** @returns the Content-Type without its parameters, which could be anything */
function readMediaType({ request }: Record<string, unknown>): string {
  const { headers } = Object(request) as { headers?: unknown };
  const written = (Object(headers) as Record<string, unknown>)['content-type'];
  const [type] = /^(?:application|multipart|text)\/[\w.+-]{1,64}(?=\s*(?:;|$))/.exec(String(written)) ?? [];
  return type ?? (written === undefined ? 'none' : 'another');
}

function readActionName(value: unknown, defaultAction: string | undefined): string | undefined {
  if (value === undefined || value === '') return defaultAction;
  return typeof value === 'string' ? value : undefined;
}

/** The worker of the routing data who is probably meant by an identity that is not listed. */
export interface NearestWorker {
  /** The position in `workers`. */
  index: number;
  identity: string;
  differs: 'case' | 'blanks' | 'case and blanks';
}

/**
 * Warns in the log about a worker whom the routing data does not list. Such a worker owns no customers and no rule
 * applies, usually because of a typo. There is no warning if the routing data lists nobody.
 *
 * @param worker the identity that Frontline sent, e.g. `alice@example.com`
 */
export async function warnOfUnlistedWorker(
  worker: string,
  { routing, addToLog, hash }: Pick<HandlerContext, 'routing' | 'addToLog' | 'hash'>,
): Promise<void> {
  // A warning must not prevent the answer: the action reads the data again and reports what is wrong with it.
  const { workers } = await routing().catch(() => ({ workers: [] }));
  if (workers.length === 0 || workers.some(({ identity }) => identity === worker)) return;
  const nearest = findNearest(worker, workers);
  const facts = nearest && {
    nearest: hash(nearest.identity),
    listedAs: `workers[${nearest.index}]`,
    differs: nearest.differs,
  };
  addToLog({ unlistedWorker: hash(worker), ...facts }, 'warn');
}

/** @returns the worker whose identity differs only by case or spaces; undefined if there is none */
function findNearest(worker: string, workers: readonly Worker[]): NearestWorker | undefined {
  const lower = (text: string): string => text.normalize('NFC').toLowerCase();
  const withoutBlanks = (text: string): string => text.replace(/\s+/g, '');
  const ways = [
    ['case', lower],
    ['blanks', withoutBlanks],
    ['case and blanks', (text: string) => withoutBlanks(lower(text))],
  ] as const;
  for (const [differs, normalize] of ways) {
    const index = workers.findIndex(({ identity }) => normalize(identity) === normalize(worker));
    const found = workers[index];
    if (found) return { index, identity: found.identity, differs };
  }
  return undefined;
}
