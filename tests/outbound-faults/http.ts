/** A request to Twilio. */
export interface Asked {
  method: string;
  host: string;
  path: string;
  query: Readonly<Record<string, string>>;
  form: Readonly<Record<string, string>>;
  /** Their names are in lower case. */
  headers: Readonly<Record<string, string>>;
}

/** Its answer; an object goes out as JSON. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: object | string;
}

/** What answers requests of one kind; `parts` are what the address's groups hold. */
export interface Route {
  method: string;
  /** Of the host and the path. */
  address: RegExp;
  answer(asked: Asked, ...parts: string[]): Answer;
}

/** An error in Twilio's own form. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (what: string): Refusal =>
  new Refusal(404, 20404, `The requested resource ${what} was not found`);

export const ok = (body: object, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
});

export const gone: Answer = { status: 204, headers: {}, body: '' };

/** @returns Twilio's body for an error */
export function refused(status: number, code: number, message: string): Answer {
  return ok({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, status);
}

/** @returns one page of a list, as Twilio's newer APIs put it */
export function page(asked: Asked, key: string, rows: readonly object[]): Answer {
  const size = Math.min(Math.max(1, Number(asked.query.PageSize ?? 50)), 1_000);
  const number = Number(asked.query.Page ?? 0);
  const url = (at: number) => {
    const query = new URLSearchParams({
      ...asked.query,
      PageSize: `${size}`,
      Page: `${at}`,
      ...(at > 0 && { PageToken: `PT${at}` }),
    });
    return `https://${asked.host}${asked.path}?${query}`;
  };
  const next = (number + 1) * size < rows.length ? url(number + 1) : null;
  return ok({
    [key]: rows.slice(number * size, (number + 1) * size),
    meta: {
      key,
      page: number,
      page_size: size,
      first_page_url: url(0),
      previous_page_url: number > 0 ? url(number - 1) : null,
      url: url(number),
      next_page_url: next,
    },
  });
}

/** @returns what names a request whatever SIDs and names it has, e.g. `POST sync…/Documents/*` */
export function patternOf({ method, host, path, query }: Asked): string {
  const address = path
    .replace(/(?<=\/)[A-Z]{2}[0-9a-f]{32}(?=\/|$)/g, '*')
    .replace(/(?<=\/(Documents|Maps|Lists|Conversations|Items|Workers)\/)[^/]+/g, '*');
  const names = Object.keys(query).filter((name) => !/^Page/.test(name));
  return `${method} ${host.split('.')[0]}${address}${names.length > 0 ? `?${names.sort().join('&')}` : ''}`;
}
