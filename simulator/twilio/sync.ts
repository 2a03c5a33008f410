import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { formatDate } from './http/dates';
import { refuse } from './http/error-list';
import { notFound } from './http/errors';
import { page } from './http/paging';
import { newDates } from './http/resource';
import { fixedSid, newSid } from './http/sids';

/** A Sync document, as served. */
export interface SyncDocument {
  sid: string;
  unique_name: string | null;
  account_sid: string;
  service_sid: string;
  url: string;
  links: Record<string, string>;
  /** hexadecimal */
  revision: string;
  data: object;
  date_expires: string | null;
  date_created: string;
  date_updated: string;
  created_by: string;
}

/** bytes of JSON */
const dataLimit = 16 * 1024;
/** Twilio's page on 54302 says 256, its page on documents 320. */
const nameLimit = 320;

/**
 * Sync documents of the default service.
 *
 * @see https://www.twilio.com/docs/sync/api/document-resource
 */
export class SyncModel {
  readonly serviceSid = fixedSid('IS', 2);
  readonly #accountSid: string;
  /** Sync's clock: milliseconds since 1970. */
  now: () => number;
  #documents = new Map<string, SyncDocument>();
  /** Like `date_expires`, but to the millisecond. */
  #expiries = new Map<string, number>();

  constructor(accountSid: string, now: () => number = () => Date.now()) {
    this.#accountSid = accountSid;
    this.now = now;
  }

  documents(): SyncDocument[] {
    for (const [sid, expires] of this.#expiries) if (expires <= this.now()) this.#forget(sid);
    return [...this.#documents.values()];
  }

  /** @throws TwilioError 404 */
  document(sidOrName: string): SyncDocument {
    const found = this.documents().find(({ sid, unique_name }) => [sid, unique_name].includes(sidOrName));
    if (found) return found;
    throw notFound(`/Services/${this.serviceSid}/Documents/${sidOrName}`);
  }

  /** @throws TwilioError 409 for a name that is taken, 413 for too much data */
  create(uniqueName: string | undefined, data: unknown, ttlSeconds: number): SyncDocument {
    checkName(uniqueName);
    if (this.documents().some((one) => uniqueName !== undefined && one.unique_name === uniqueName)) {
      throw refuse(54301);
    }
    const sid = newSid('ET');
    const url = `https://sync.twilio.com/v1/Services/${this.serviceSid}/Documents/${sid}`;
    const document: SyncDocument = {
      sid,
      unique_name: uniqueName ?? null,
      account_sid: this.#accountSid,
      service_sid: this.serviceSid,
      url,
      links: { permissions: `${url}/Permissions` },
      revision: '0',
      data: checkData(data),
      date_expires: null,
      ...newDates(new Date(this.now())),
      created_by: 'system',
    };
    this.#setExpiry(document, ttlSeconds);
    this.#documents.set(sid, document);
    return document;
  }

  /** @throws TwilioError 412 when it has changed since `ifMatch` */
  update(
    sidOrName: string,
    { data, ttlSeconds, ifMatch }: { data?: unknown; ttlSeconds?: number; ifMatch?: string | undefined },
  ): SyncDocument {
    const document = this.document(sidOrName);
    if (ifMatch !== undefined && ifMatch !== document.revision) {
      throw refuse(54103);
    }
    if (data !== undefined) document.data = checkData(data);
    if (ttlSeconds !== undefined) this.#setExpiry(document, ttlSeconds);
    document.revision = (Number.parseInt(document.revision, 16) + 1).toString(16);
    document.date_updated = formatDate(new Date(this.now()));
    return document;
  }

  remove(sidOrName: string): void {
    this.#forget(this.document(sidOrName).sid);
  }

  reset(): void {
    this.#documents.clear();
    this.#expiries.clear();
  }

  /** 0 seconds: the document never expires. */
  #setExpiry(document: SyncDocument, ttlSeconds: number): void {
    const expires = this.now() + ttlSeconds * 1_000;
    if (ttlSeconds > 0) this.#expiries.set(document.sid, expires);
    else this.#expiries.delete(document.sid);
    document.date_expires = ttlSeconds > 0 ? formatDate(new Date(expires)) : null;
  }

  #forget(sid: string): void {
    this.#documents.delete(sid);
    this.#expiries.delete(sid);
  }
}

/** @see https://www.twilio.com/docs/api/errors/54302 */
function checkName(name: string | undefined): void {
  if (name === undefined) return;
  if (name === '' || name.length > nameLimit || /^[A-Z]{2}[a-f0-9]{32}$/.test(name)) throw refuse(54302);
}

function checkData(data: unknown): object {
  if (typeof data !== 'object' || data === null) throw refuse(54008);
  if (Buffer.byteLength(JSON.stringify(data)) > dataLimit) {
    throw refuse(54006);
  }
  return data;
}

/** The simulated part of Sync: documents of the default service, whose SID can be written as `default`. */
export function syncRoutes(sync: SyncModel): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Services/:service/Documents');
  app.use(async ({ req }, next) => {
    const sid = req.param('service');
    if (sid !== 'default' && sid !== sync.serviceSid) throw notFound(`/Services/${sid}`);
    await next();
  });
  app.get('/', (c) => answer(c, page(c, 'documents', sync.documents())));
  app.post('/', (c) => {
    const { UniqueName, Data = '{}', Ttl = 0 } = c.env.form;
    return answer(c, sync.create(UniqueName, readData(Data), Number(Ttl)), 201);
  });
  app.get('/:sid', (c) => answer(c, sync.document(c.req.param('sid'))));
  app.post('/:sid', (c) => {
    const { Data, Ttl } = c.env.form;
    const change = {
      ...(Data !== undefined && { data: readData(Data) }),
      ...(Ttl !== undefined && { ttlSeconds: Number(Ttl) }),
      ifMatch: c.env.headers['if-match'],
    };
    return answer(c, sync.update(c.req.param('sid'), change));
  });
  app.delete('/:sid', (c) => {
    sync.remove(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

function readData(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(54008);
  }
}
