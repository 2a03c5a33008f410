import { Hono } from 'hono';
import type { RestEnv } from './http/app';
import { formatDate } from './http/dates';
import { notFound, TwilioError } from './http/errors';
import { page } from './http/paging';
import { fixedSid, newSid } from './http/sids';

interface Document {
  sid: string;
  uniqueName: string | null;
  data: unknown;
  revision: number;
  expires: number | undefined;
  dateCreated: Date;
  dateUpdated: Date;
}

/** bytes of JSON */
const dataLimit = 16 * 1024;
const nameLimit = 320;

/**
 * Sync documents of the default service.
 *
 * @see https://www.twilio.com/docs/sync/api/document-resource
 */
export class SyncModel {
  readonly accountSid: string;
  readonly serviceSid = fixedSid('IS', 2);
  readonly #now: () => number;
  #documents = new Map<string, Document>();

  constructor(accountSid: string, now: () => number = Date.now) {
    this.accountSid = accountSid;
    this.#now = now;
  }

  documents(): Document[] {
    for (const [sid, { expires }] of this.#documents) {
      if (expires !== undefined && expires <= this.#now()) this.#documents.delete(sid);
    }
    return [...this.#documents.values()];
  }

  /** @throws TwilioError 404 */
  document(sidOrName: string): Document {
    const found = this.documents().find(({ sid, uniqueName }) => [sid, uniqueName].includes(sidOrName));
    if (found) return found;
    throw notFound(`/Services/${this.serviceSid}/Documents/${sidOrName}`);
  }

  /** @throws TwilioError 409 for a name that is taken, 413 for too much data */
  create(uniqueName: string | undefined, data: unknown, ttlSeconds: number): Document {
    if (uniqueName !== undefined && uniqueName.length > nameLimit) {
      throw new TwilioError(400, 54300, 'The unique name is longer than 320 characters');
    }
    if (this.documents().some((one) => uniqueName !== undefined && one.uniqueName === uniqueName)) {
      throw new TwilioError(409, 54301, 'Unique name already exists');
    }
    const now = new Date(this.#now());
    const document: Document = {
      sid: newSid('ET'),
      uniqueName: uniqueName ?? null,
      data: checkData(data),
      revision: 0,
      expires: this.#expiry(ttlSeconds),
      dateCreated: now,
      dateUpdated: now,
    };
    this.#documents.set(document.sid, document);
    return document;
  }

  /** @throws TwilioError 412 when it has changed since `ifMatch` */
  update(
    sidOrName: string,
    { data, ttlSeconds, ifMatch }: { data?: unknown; ttlSeconds?: number; ifMatch?: string | undefined },
  ): Document {
    const document = this.document(sidOrName);
    if (ifMatch !== undefined && ifMatch !== revisionOf(document)) {
      throw new TwilioError(412, 54103, 'The revision of the document does not match the expected revision');
    }
    if (data !== undefined) document.data = checkData(data);
    if (ttlSeconds !== undefined) document.expires = this.#expiry(ttlSeconds);
    document.revision += 1;
    document.dateUpdated = new Date(this.#now());
    return document;
  }

  remove(sidOrName: string): void {
    this.#documents.delete(this.document(sidOrName).sid);
  }

  reset(): void {
    this.#documents.clear();
  }

  /** 0 means for ever. */
  #expiry(ttlSeconds: number): number | undefined {
    return ttlSeconds > 0 ? this.#now() + ttlSeconds * 1_000 : undefined;
  }
}

function revisionOf({ revision }: Document): string {
  return revision.toString(16);
}

function checkData(data: unknown): unknown {
  if (typeof data !== 'object' || data === null)
    throw new TwilioError(400, 54008, 'Data must be a JSON object');
  if (Buffer.byteLength(JSON.stringify(data)) > dataLimit) {
    throw new TwilioError(413, 54006, 'The data is larger than 16 KiB');
  }
  return data;
}

/** Sync as far as it is simulated: documents. `default` names the default service. */
export function syncRoutes(sync: SyncModel): Hono<RestEnv> {
  const app = new Hono<RestEnv>().basePath('/Services/:service/Documents');
  app.use(async ({ req }, next) => {
    const sid = req.param('service');
    if (sid !== 'default' && sid !== sync.serviceSid) throw notFound(`/Services/${sid}`);
    await next();
  });
  const body = (document: Document): object => documentResource(sync, document);
  app.get('/', (c) => c.json(page(c, 'documents', sync.documents().map(body))));
  app.post('/', (c) => {
    const { UniqueName, Data = '{}', Ttl = 0 } = c.env.form;
    return c.json(body(sync.create(UniqueName, readData(Data), Number(Ttl))), 201);
  });
  app.get('/:sid', (c) => c.json(body(sync.document(c.req.param('sid')))));
  app.post('/:sid', (c) => {
    const { Data, Ttl } = c.env.form;
    const change = {
      ...(Data !== undefined && { data: readData(Data) }),
      ...(Ttl !== undefined && { ttlSeconds: Number(Ttl) }),
      ifMatch: c.env.headers['if-match'],
    };
    return c.json(body(sync.update(c.req.param('sid'), change)));
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
    throw new TwilioError(400, 54008, 'Data must be JSON');
  }
}

function documentResource({ accountSid, serviceSid }: SyncModel, document: Document): object {
  const { sid, uniqueName, data, expires, dateCreated, dateUpdated } = document;
  const url = `https://sync.twilio.com/v1/Services/${serviceSid}/Documents/${sid}`;
  return {
    sid,
    unique_name: uniqueName,
    account_sid: accountSid,
    service_sid: serviceSid,
    url,
    links: { permissions: `${url}/Permissions` },
    revision: revisionOf(document),
    data,
    date_expires: expires === undefined ? null : formatDate(new Date(expires)),
    date_created: formatDate(dateCreated),
    date_updated: formatDate(dateUpdated),
    created_by: 'system',
  };
}
