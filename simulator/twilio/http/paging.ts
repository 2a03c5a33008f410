import type { RestRequest } from './route';

const maxPageSize = 100;
const standardPageSize = 50;

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
