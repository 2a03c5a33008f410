import { formatDate } from './http/dates';
import { notFound, TwilioError } from './http/errors';
import { page } from './http/paging';
import { on, type Route } from './http/route';
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
export function syncRoutes(sync: SyncModel): Route[] {
  const service = (sid: string): void => {
    if (sid !== 'default' && sid !== sync.serviceSid) throw notFound(`/Services/${sid}`);
  };
  const body = (document: Document): object => documentResource(sync, document);
  return [
    on('GET', '/Services/:service/Documents', 200, ({ parts: [sid = ''], request }) => {
      service(sid);
      return page(request, 'documents', sync.documents().map(body));
    }),
    on('POST', '/Services/:service/Documents', 201, ({ parts: [sid = ''], request: { form } }) => {
      service(sid);
      return body(sync.create(form.UniqueName, readData(form.Data ?? '{}'), Number(form.Ttl ?? 0)));
    }),
    on('GET', '/Services/:service/Documents/:sid', 200, ({ parts: [sid = '', one = ''] }) => {
      service(sid);
      return body(sync.document(one));
    }),
    on('POST', '/Services/:service/Documents/:sid', 200, ({ parts: [sid = '', one = ''], request }) => {
      service(sid);
      const { form, headers } = request;
      return body(
        sync.update(one, {
          ...(form.Data !== undefined && { data: readData(form.Data) }),
          ...(form.Ttl !== undefined && { ttlSeconds: Number(form.Ttl) }),
          ifMatch: headers['if-match'],
        }),
      );
    }),
    on('DELETE', '/Services/:service/Documents/:sid', 204, ({ parts: [sid = '', one = ''] }) => {
      service(sid);
      sync.remove(one);
      return undefined;
    }),
  ];
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
