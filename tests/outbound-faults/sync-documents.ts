import type { Ground } from './ground';
import { gone, notFound, ok, page, Refusal, type Route } from './http';

interface Document {
  sid: string;
  service: string;
  name: string | null;
  data: object;
  revision: number;
  created: number;
  updated: number;
  expires: number | undefined;
}

const documents = String.raw`sync\.twilio\.com/v1/Services/(default|IS[0-9a-f]{32})/Documents`;

/**
 * Sync's documents.
 *
 * @see https://www.twilio.com/docs/sync/api/document-resource
 * @see https://www.twilio.com/docs/sync/mutation-and-conflict-resolution
 */
export class SyncDocuments {
  readonly #documents: Document[] = [];
  readonly #ground: Ground;

  constructor(ground: Ground) {
    this.#ground = ground;
  }

  readonly routes: Route[] = [
    {
      method: 'POST',
      address: new RegExp(`^${documents}$`),
      answer: ({ form }, service = '') => {
        const name = form.UniqueName ?? null;
        // https://www.twilio.com/docs/api/errors/54301
        if (name !== null && this.#search(service, name)) {
          throw new Refusal(409, 54301, 'Unique name already exists');
        }
        const now = this.#ground.clock.now();
        const document = {
          sid: this.#ground.newSid('ET'),
          service,
          name,
          data: JSON.parse(form.Data ?? '{}'),
          revision: 0,
          created: now,
          updated: now,
          expires: this.#expiry(form.Ttl),
        };
        this.#documents.push(document);
        return this.#answer(document, 201);
      },
    },
    {
      method: 'GET',
      address: new RegExp(`^${documents}$`),
      answer: (asked, service = '') =>
        page(
          asked,
          'documents',
          this.#documents
            .filter((one) => one.service === service && this.#lives(one))
            .map((one) => this.#resource(one)),
        ),
    },
    {
      method: 'GET',
      address: new RegExp(`^${documents}/([^/]+)$`),
      answer: (_asked, service = '', name = '') => this.#answer(this.#find(service, name)),
    },
    {
      method: 'POST',
      address: new RegExp(`^${documents}/([^/]+)$`),
      answer: ({ form, headers }, service = '', name = '') => {
        const document = this.#find(service, name);
        const expected = headers['if-match'];
        // https://www.twilio.com/docs/api/errors/54103
        if (expected !== undefined && expected !== revisionOf(document)) {
          throw new Refusal(412, 54103, 'Document revision mismatch');
        }
        if (form.Data !== undefined) document.data = JSON.parse(form.Data);
        if (form.Ttl !== undefined) document.expires = this.#expiry(form.Ttl);
        document.revision += 1;
        document.updated = this.#ground.clock.now();
        return this.#answer(document);
      },
    },
    {
      method: 'DELETE',
      address: new RegExp(`^${documents}/([^/]+)$`),
      answer: (_asked, service = '', name = '') => {
        this.#documents.splice(this.#documents.indexOf(this.#find(service, name)), 1);
        return gone;
      },
    },
  ];

  #search(service: string, name: string): Document | undefined {
    const wanted = decodeURIComponent(name);
    return this.#documents.find(
      (one) => one.service === service && (one.name === wanted || one.sid === wanted) && this.#lives(one),
    );
  }

  #find(service: string, name: string): Document {
    const document = this.#search(service, name);
    if (!document) throw notFound(`/Services/${service}/Documents/${name}`);
    return document;
  }

  #lives({ expires }: Document): boolean {
    return expires === undefined || expires > this.#ground.clock.now();
  }

  #expiry(ttl: string | undefined): number | undefined {
    const seconds = Number(ttl ?? 0);
    return seconds > 0 ? this.#ground.clock.now() + seconds * 1_000 : undefined;
  }

  #answer(document: Document, status = 200) {
    return ok(this.#resource(document), status, { etag: revisionOf(document) });
  }

  #resource(document: Document): object {
    const { sid, service, name, data, created, updated, expires } = document;
    const url = `https://sync.twilio.com/v1/Services/${service}/Documents/${sid}`;
    return {
      sid,
      unique_name: name,
      account_sid: this.#ground.accountSid,
      service_sid: this.#ground.syncServiceSid,
      data,
      revision: revisionOf(document),
      date_created: this.#ground.date(created),
      date_updated: this.#ground.date(updated),
      date_expires: expires === undefined ? null : this.#ground.date(expires),
      created_by: 'system',
      url,
      links: { permissions: `${url}/Permissions` },
    };
  }
}

const revisionOf = ({ revision }: Document): string => revision.toString(16);
