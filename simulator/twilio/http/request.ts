import { invalid } from './errors';
import type { Wire } from './faults';

/** Who did it: changes through REST fire no webhooks unless the request's header asks for them. */
export interface Origin {
  /** `SMS`, `WHATSAPP`, `API`, `SDK` */
  source: string;
  /** Whether webhooks are to be fired for this change. */
  webhooks: boolean;
}

/** One REST request; `path` is without the query and still percent-encoded. */
export interface RestRequest {
  method: string;
  host: string;
  path: string;
  query: Record<string, string>;
  /** Of a field that is given more than once the last value; see `lists`. */
  form: Record<string, string>;
  /** Fields that are given more than once. */
  lists?: Record<string, string[]>;
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The webhook during which it was made, by its id in the timeline. */
  webhookId?: number;
}

/**
 * Reads a request's body.
 *
 * @param type its Content-Type
 * @returns a form's fields, or those of a JSON object; none of what is neither
 */
export function readFields(body: string, type = ''): Pick<RestRequest, 'form' | 'lists'> {
  const fields = type.startsWith('application/json') ? fieldsOfJson(body) : new URLSearchParams(body);
  const repeated = [...new Set(fields.keys())].filter((name) => fields.getAll(name).length > 1);
  return {
    form: Object.fromEntries(fields),
    lists: Object.fromEntries(repeated.map((name) => [name, fields.getAll(name)])),
  };
}

function fieldsOfJson(body: string): URLSearchParams {
  try {
    const entries = Object.entries(JSON.parse(body) as object);
    return new URLSearchParams(entries.map(([name, value]): [string, string] => [name, String(value)]));
  } catch {
    return new URLSearchParams();
  }
}

export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  /** An object is sent as JSON, text as it is. */
  body: object | string;
  /** How it is spoiled on its way. */
  wire?: Wire;
}

/** @throws TwilioError 400 for a form's field that is no JSON object */
export function readJson(name: string, text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // falls through to the error below
  }
  throw invalid(`${name} must be a JSON object`);
}
