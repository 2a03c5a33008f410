import type { GenericSchema, InferOutput } from 'valibot';
import { InvalidEvent, UnknownAction } from '../errors';
import { loadAssets } from './assets';
import { parseEvent } from './event';
import { describeError, loggableFields } from './log';
import { type Platform, twilioPlatform } from './platform';
import { type HandlerContext, runRequest, type TwilioFunction } from './request';

export type { HandlerContext, TwilioFunction };

/** One thing that a callback does: the event that asks for it, and what answers it. */
export interface Action {
  schema: GenericSchema;
  handle(event: never, context: HandlerContext): Promise<object>;
  fallback?: object;
}

/**
 * Ties an event's schema to its handler.
 *
 * @param schema what the event must hold; fields it does not name are let through
 * @param handle takes the parsed event, returns the JSON body of a 200 answer or throws
 * @param options.fallback the body that is answered with 200 whatever goes wrong: for hooks whose error would lose
 *   the customer's message
 */
export function action<S extends GenericSchema>(
  schema: S,
  handle: (event: InferOutput<S>, context: HandlerContext) => Promise<object>,
  options: { fallback?: object } = {},
): Action {
  return { schema, handle, ...options };
}

export interface Callback {
  /** The field that names the action. */
  dispatchOn: 'Location' | 'EventType';
  actions: Record<string, Action>;
  /** The action when the field is missing. */
  defaultAction?: string;
  /** What happens to an action that is not listed: reject it with 422, or answer 200 with `{}` and warn. */
  onUnknown: 'reject' | 'ignore';
  /** How many milliseconds there are to answer: the caller's limit less a margin. */
  budgetMs: number;
}

/**
 * Makes a Twilio Function of a callback: parses the event, runs the action within the budget, turns its value or
 * its error into exactly one `callback`, and writes one JSON log line.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
export function serve(definition: Callback, platform: Platform = twilioPlatform): TwilioFunction {
  const data = loadAssets((name) => platform.readAsset(name));
  const actions = new Map(Object.entries(definition.actions));

  return async (twilioContext, event, callback) => {
    const request = event ?? {};
    const name = actionName(request[definition.dispatchOn], definition.defaultAction);
    const known = name === undefined ? undefined : actions.get(name);
    const { status, body } = await runRequest({
      platform,
      twilioContext,
      data,
      budgetMs: definition.budgetMs,
      facts: { event: known ? name : 'unknown', ...loggableFields(request) },
      fallback: known?.fallback,
      work: async (context) => {
        if (isEmpty(request)) return answerEmpty(definition.onUnknown, request, context);
        if (known) return known.handle(parseEvent(known.schema, request) as never, context);
        if (definition.onUnknown === 'reject')
          throw new UnknownAction(definition.dispatchOn, [...actions.keys()]);
        context.addToLog({ ignored: 'unknown event' }, 'warn');
        return {};
      },
    });
    callback(null, platform.respond(status, body));
  };
}

/** @returns whether an event has no field: the runtime adds `request`, with the headers, itself */
function isEmpty(event: Record<string, unknown>): boolean {
  return Object.keys(event).every((name) => name === 'request');
}

/**
 * A request whose body could not be read as fields; its Content-Type, which the log names, is why.
 *
 * @throws InvalidEvent where unknown events are refused; elsewhere an error would lose the customer's message
 */
function answerEmpty(
  unknown: Callback['onUnknown'],
  event: Record<string, unknown>,
  { addToLog }: HandlerContext,
): object {
  const problem = 'has no fields: send them as a form, with Content-Type: application/x-www-form-urlencoded';
  const error = new InvalidEvent('event', problem);
  addToLog({ contentType: mediaType(event) });
  if (unknown === 'reject') throw error;
  addToLog(describeError(error), 'error');
  return {};
}

/** The log gets it without its parameters, which could be anything. */
function mediaType({ request }: Record<string, unknown>): string {
  const { headers } = Object(request) as { headers?: unknown };
  const written = (Object(headers) as Record<string, unknown>)['content-type'];
  const [type] = /^(?:application|multipart|text)\/[\w.+-]{1,64}(?=\s*(?:;|$))/.exec(String(written)) ?? [];
  return type ?? (written === undefined ? 'none' : 'another');
}

function actionName(value: unknown, otherwise: string | undefined): string | undefined {
  if (value === undefined || value === '') return otherwise;
  return typeof value === 'string' ? value : undefined;
}
