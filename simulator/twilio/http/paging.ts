import { ApiDescription, type Operation } from './openapi';
import type { RestRequest } from './request';

const standardPageSize = 50;

/** The part of a route's context that paging needs. */
export interface PageRequest {
  env: RestRequest;
  var: { operation: Operation | undefined };
}

/** One page of a list. */
interface Slice<T> {
  index: number;
  size: number;
  items: T[];
  /** @returns the path and query of another page; undefined if there is none */
  link(index: number): string | undefined;
}

/** @returns the page of a list that a request asks for */
function slice<T>(request: PageRequest, all: T[]): Slice<T> {
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

/** One page of a list in the form of the API of 2010. */
export function olderPage(request: PageRequest, key: string, all: object[]): object {
  const { index, size, items, link } = slice(request, all);
  return {
    [key]: items,
    end: index * size + items.length,
    first_page_uri: link(0),
    next_page_uri: link(index + 1) ?? null,
    page: index,
    page_size: size,
    previous_page_uri: link(index - 1) ?? null,
    start: index * size,
    uri: link(index),
  };
}

/** @returns the requested page size, within the limits of Twilio's OpenAPI file */
function sizeOf({ env: { host, query }, var: { operation } }: PageRequest): number {
  const described = operation && ApiDescription.of(host)?.parameters(operation).query.PageSize;
  const { minimum = 1, maximum = 1_000 } = described ?? {};
  const asked = Number(query.PageSize ?? standardPageSize) || standardPageSize;
  return Math.min(maximum, Math.max(minimum, asked));
}
