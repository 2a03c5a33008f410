import type { Wire } from './faults';
import type { Origin } from './model';

/** One REST request; `path` is without the query and still percent-encoded. */
export interface RestRequest {
  method: string;
  host: string;
  path: string;
  query: Record<string, string>;
  /** A field that is given more than once is joined by commas; see `lists`. */
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

/** What a handler of a resource is given. */
export interface Call {
  /** The variable parts of the path. */
  parts: string[];
  request: RestRequest;
  /** The conversation service that the path names, else the default one. */
  serviceSid: string;
  origin: Origin;
}

export type Outcome = { status: number; body: object | string };

/** One method on one path of Twilio's API. */
export interface Resource {
  method: string;
  path: RegExp;
  handle(call: Call): Outcome;
}

const maxPageSize = 100;
const standardPageSize = 50;

/**
 * @param path below the API's version; `:sid` in it is a variable part
 * @returns a resource's handler
 */
export function on(
  method: string,
  path: string,
  status: number,
  answer: (call: Call) => object | undefined,
  version = '/v1',
): Resource {
  return {
    method,
    path: new RegExp(`^${version}${path.replaceAll('.', '\\.').replace(/:\w+/g, '([^/]+)')}$`),
    handle: (call) => ({ status, body: answer(call) ?? '' }),
  };
}

/** Where in a list a request for a page is. */
export interface Slice<T> {
  index: number;
  size: number;
  items: T[];
  /** @returns the URL, without its host, of a page by its number; undefined where there is none */
  link(index: number): string | undefined;
}

/** @returns the part of a list that a request asks for */
export function slice<T>({ path, query }: RestRequest, all: T[]): Slice<T> {
  const size = Math.min(
    maxPageSize,
    Math.max(1, Number(query.PageSize ?? standardPageSize) || standardPageSize),
  );
  const index = Math.max(0, Number(query.Page ?? 0) || 0);
  const { PageSize: _size, Page: _page, PageToken: _token, ...filters } = query;
  const last = Math.max(0, Math.ceil(all.length / size) - 1);
  const link = (target: number): string | undefined => {
    if (target < 0 || (target > index && target > last)) return undefined;
    const parameters = new URLSearchParams({ ...filters, PageSize: String(size), Page: String(target) });
    if (target > 0) parameters.set('PageToken', `PT${target}`);
    return `${path}?${parameters}`;
  };
  return { index, size, items: all.slice(index * size, (index + 1) * size), link };
}

/** @see https://www.twilio.com/docs/usage/twilios-response#pagination */
export function page(request: RestRequest, key: string, all: object[]): object {
  const { index, size, items, link } = slice(request, all);
  const url = (target: number): string | null => {
    const path = link(target);
    return path === undefined ? null : `https://${request.host}${path}`;
  };
  return {
    [key]: items,
    meta: {
      page: index,
      page_size: size,
      first_page_url: url(0),
      previous_page_url: url(index - 1),
      url: url(index),
      next_page_url: url(index + 1),
      key,
    },
  };
}
