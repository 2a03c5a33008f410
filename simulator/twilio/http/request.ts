import { invalid } from './errors';
import type { WireFault } from './faults';
import { readMultipart } from './multipart';

/** Where a change comes from. REST requests trigger no webhooks unless a header asks for them. */
export interface Origin {
  /** `SMS`, `WHATSAPP`, `API`, `SDK`; for a change of state that nobody asked for, `TIMER` or `EVENT` */
  source: string;
  /** Whether this change triggers webhooks. */
  webhooks: boolean;
  /** The user of an SDK. */
  clientIdentity?: string;
  /** The addresses of the inbound message, as the webhooks of the conversation that it creates have them. */
  binding?: Record<string, string>;
  /** The trace of the timeline that it belongs to. */
  trace?: string;
}

/** @returns whether a change comes from a carrier: somebody's phone */
export function isCarrier({ source }: Origin): boolean {
  return source === 'SMS' || source === 'WHATSAPP';
}

/** A REST request. `path` has no query and is percent-encoded. */
export interface RestRequest {
  method: string;
  host: string;
  path: string;
  query: Record<string, string>;
  /** For a field that occurs more than once, the last value; see `lists`. */
  form: Record<string, string>;
  /** All values of each field that occurs more than once. */
  lists?: Record<string, string[]>;
  /** Of `multipart/form-data`. */
  body?: Buffer;
  /** The names of the files in `body`. */
  files?: string[];
  /** By lower-case name. */
  headers: Record<string, string>;
  /** The timeline id of the webhook that the function was handling. */
  webhookId?: number;
}

/**
 * Reads a request's body.
 *
 * @param type the Content-Type
 * @returns the fields of a form or of a JSON object; of `multipart/form-data` also the bytes and the names of the files;
 *   nothing for any other body
 */
export function readFields(
  body: string | Buffer,
  type = '',
): Pick<RestRequest, 'form' | 'lists' | 'body' | 'files'> {
  if (/^multipart\/form-data\b/i.test(type)) return fieldsOfMultipart(Buffer.from(body), type);
  const text = body.toString();
  return listFields(type.startsWith('application/json') ? fieldsOfJson(text) : new URLSearchParams(text));
}

function fieldsOfMultipart(body: Buffer, type: string): ReturnType<typeof readFields> {
  const fields = new URLSearchParams();
  const files: string[] = [];
  for (const { name, content, isFile } of readMultipart(body, type)) {
    if (isFile) files.push(name);
    else fields.append(name, content.toString());
  }
  return { ...listFields(fields), body, files };
}

function listFields(fields: URLSearchParams): Pick<RestRequest, 'form' | 'lists'> {
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

/** @returns all values of a field; none for an empty one, as a form has no other way to say so */
export function readList({ form, lists }: Pick<RestRequest, 'form' | 'lists'>, name: string): string[] {
  const one = form[name];
  return lists?.[name]?.filter((value) => value !== '') ?? (one ? [one] : []);
}

/** @returns a query's parameters; the values of one that is repeated are joined by commas */
export function readQuery(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(',')]));
}

export interface RestAnswer {
  status: number;
  headers: Record<string, string>;
  /** An object is sent as JSON, text as it is. */
  body: object | string;
  /** How it is corrupted below HTTP. */
  wire?: WireFault;
}

/** @throws TwilioError 400 for a form field that is not a JSON object */
export function readJson(name: string, text: string | undefined): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // falls through to the error below
  }
  throw invalid(`${name} must be a JSON object`);
}
