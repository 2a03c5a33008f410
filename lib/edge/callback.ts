import type { GenericSchema, InferOutput } from 'valibot';
import { safeParse } from 'valibot';
import { type DataDoors, openData } from '../data/assets';
import type { TwilioApi } from '../twilio/api';
import { type Deadline, deadlineIn } from './deadline';
import { CallbackError, InvalidEvent, OutOfTime, UnknownAction } from './errors';
import { describeError, type LogFacts, type LogLevel, loggableFields } from './log';
import { type Platform, type RuntimeContext, twilioPlatform } from './platform';

/** What a handler may use besides its event. */
export interface Tools extends DataDoors {
  /** When the caller stops waiting. */
  deadline: Deadline;
  /** The function's environment variables. */
  env: Readonly<Record<string, unknown>>;
  /**
   * Opens Twilio's REST API for this event.
   *
   * @throws Misconfigured when the account's credentials are missing
   */
  twilio(): TwilioApi;
  /** Adds facts to the request's log line; no personal data. `level` raises the line's level. */
  note(facts: LogFacts, level?: LogLevel): void;
}

/** One thing that a callback does: the event that asks for it, and what answers it. */
export interface Action {
  schema: GenericSchema;
  handle(event: never, tools: Tools): Promise<object>;
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
  handle: (event: InferOutput<S>, tools: Tools) => Promise<object>,
  options: { fallback?: object } = {},
): Action {
  return { schema, handle, ...options };
}

export interface Callback {
  /** The field that names the action. */
  by: 'Location' | 'EventType';
  actions: Record<string, Action>;
  /** The action when the field is missing. */
  otherwise?: string;
  /** What happens to an action that is not listed: refuse it with 422, or answer 200 with `{}` and warn. */
  unknown: 'refuse' | 'ignore';
  /** How many milliseconds there are to answer: the caller's limit less a margin. */
  budgetMs: number;
}

export type TwilioFunction = (
  context: RuntimeContext,
  event: Record<string, unknown>,
  callback: (error: null, payload: object) => void,
) => Promise<void>;

interface Outcome {
  status: number;
  body: object;
}

/**
 * Makes a Twilio Function of a callback: parses the event, runs the action within the budget, turns its value or
 * its error into exactly one `callback`, and writes one JSON log line.
 *
 * @see https://www.twilio.com/docs/serverless/functions-assets/functions/invocation
 */
export function serve(definition: Callback, platform: Platform = twilioPlatform): TwilioFunction {
  const data = openData((name) => platform.readAsset(name));
  const actions = new Map(Object.entries(definition.actions));

  return async (context, event, callback) => {
    const started = platform.now();
    const request = event ?? {};
    const name = actionName(request[definition.by], definition.otherwise);
    const known = name === undefined ? undefined : actions.get(name);
    const line: LogFacts = { event: known ? name : 'unknown', ...loggableFields(request) };
    let level: LogLevel = 'info';
    const note = (facts: LogFacts, raised?: LogLevel): void => {
      Object.assign(line, facts);
      if (raised) level = worse(level, raised);
    };

    const run = async (): Promise<object> => {
      if (!known) {
        if (definition.unknown === 'refuse') throw new UnknownAction(definition.by, [...actions.keys()]);
        note({ ignored: 'unknown event' }, 'warn');
        return {};
      }
      const deadline = deadlineIn(definition.budgetMs, platform.now);
      const twilio = (): TwilioApi => platform.twilio(context, deadline);
      const parsed = parseEvent(known.schema, request);
      return known.handle(parsed as never, { ...data, deadline, env: context, twilio, note });
    };

    let outcome: Outcome;
    try {
      outcome = { status: 200, body: await within(definition.budgetMs, platform, run) };
    } catch (error) {
      outcome = failure(error, known?.fallback);
      note(describeError(error), errorStatus(error) >= 500 ? 'error' : 'warn');
    }
    const ms = Math.round(platform.now() - started);
    platform.log(level, JSON.stringify({ level, ...line, status: outcome.status, ms }));
    callback(null, platform.respond(outcome.status, outcome.body));
  };
}

function actionName(value: unknown, otherwise: string | undefined): string | undefined {
  if (value === undefined || value === '') return otherwise;
  return typeof value === 'string' ? value : undefined;
}

/** @throws InvalidEvent naming the first field that is missing or wrong */
function parseEvent(schema: GenericSchema, event: object): unknown {
  const result = safeParse(schema, event, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const field = String(issue.path?.[0]?.key ?? 'event');
  throw new InvalidEvent(field, issue.received === 'undefined' ? 'is missing' : issue.message);
}

/** @throws OutOfTime when the work takes longer than the budget */
async function within<T>(budgetMs: number, platform: Platform, work: () => Promise<T>): Promise<T> {
  const timer = platform.timer(budgetMs);
  const late = timer.done.then(() => {
    throw new OutOfTime(budgetMs);
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    timer.clear();
  }
}

function failure(error: unknown, fallback: object | undefined): Outcome {
  if (fallback) return { status: 200, body: fallback };
  if (error instanceof CallbackError) {
    return { status: error.status, body: { code: error.code, message: error.message } };
  }
  return {
    status: 500,
    body: { code: 'internal_error', message: 'Something went wrong; the log says what.' },
  };
}

function errorStatus(error: unknown): number {
  return error instanceof CallbackError ? error.status : 500;
}

function worse(a: LogLevel, b: LogLevel): LogLevel {
  const order: LogLevel[] = ['info', 'warn', 'error'];
  return order.indexOf(a) >= order.indexOf(b) ? a : b;
}
