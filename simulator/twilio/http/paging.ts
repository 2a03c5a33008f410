import { ApiDescription, type Operation } from './openapi';
import type { RestRequest } from './request';

const standardPageSize = 50;

/** What a page is made for: the context of a route. */
export interface PageRequest {
  env: RestRequest;
  var: { operation: Operation | undefined };
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
export function slice<T>(request: PageRequest, all: T[]): Slice<T> {
  const { path, query } = request.env;
  const size = sizeOf(request);
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
export function page(request: PageRequest, key: string, all: object[]): object {
  const { host } = request.env;
  const { index, size, items, link } = slice(request, all);
  const url = (target: number): string | null => {
    const path = link(target);
    return path === undefined ? null : `https://${host}${path}`;
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

/** @returns how many resources a page has: as many as are asked for, within what Twilio describes */
function sizeOf({ env: { host, query }, var: { operation } }: PageRequest): number {
  const described = operation && ApiDescription.of(host)?.parameters(operation).query.PageSize;
  const { minimum = 1, maximum = 1_000 } = described ?? {};
  const asked = Number(query.PageSize ?? standardPageSize) || standardPageSize;
  return Math.min(maximum, Math.max(minimum, asked));
}
