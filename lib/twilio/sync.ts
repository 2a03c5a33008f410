import type { ServiceContext } from 'twilio/lib/rest/sync/v1/service';
import type { DocumentInstance } from 'twilio/lib/rest/sync/v1/service/document';
import { TwilioRefused } from '../errors';
import { orIfMissing, retry, unexpectedResponse, type Waiting } from './api';

/** Twilio Sync as one event uses it. */
export interface SyncApi extends Waiting {
  service: ServiceContext;
}

/** A document as it was at one moment. */
export interface SyncDocument {
  uniqueName: string;
  data: unknown;
  /** Changes with every write. */
  revision: string;
  /** When it was last written, by Sync's own clock: milliseconds since 1970, though Sync may give whole seconds. */
  updatedAt: number;
}

/**
 * Creates a document that is deleted `ttl` seconds after its last write.
 *
 * @returns undefined when there is one with this name
 * @throws TwilioUnavailable, TwilioRefused, Misconfigured
 * @see https://www.twilio.com/docs/sync/api/document-resource
 */
export async function createDocument(
  api: SyncApi,
  uniqueName: string,
  data: object,
  ttl: number,
): Promise<SyncDocument | undefined> {
  try {
    return await retry(api, 'create sync document', async () =>
      readDocument(await api.service.documents.create({ uniqueName, data, ttl })),
    );
  } catch (error) {
    if (error instanceof TwilioRefused && error.facts.twilioStatus === 409) return undefined;
    throw error;
  }
}

/**
 * Reads a document.
 *
 * @returns undefined when there is none with this name
 * @throws as `createDocument`
 */
export function fetchDocument(api: SyncApi, uniqueName: string): Promise<SyncDocument | undefined> {
  const fetched = retry(api, 'fetch sync document', async () =>
    readDocument(await api.service.documents(uniqueName).fetch()),
  );
  return orIfMissing(fetched, undefined);
}

/**
 * Replaces a document's data, if it is still at the given revision.
 *
 * @returns undefined when it has been changed or deleted since
 * @throws as `createDocument`
 * @see https://www.twilio.com/docs/api/errors/54103
 */
export async function updateDocument(
  api: SyncApi,
  { uniqueName, revision }: Pick<SyncDocument, 'uniqueName' | 'revision'>,
  data: object,
  ttl: number,
): Promise<SyncDocument | undefined> {
  try {
    return await retry(api, 'update sync document', async () =>
      readDocument(await api.service.documents(uniqueName).update({ data, ttl, ifMatch: revision })),
    );
  } catch (error) {
    const isStale =
      error instanceof TwilioRefused && (error.kind === 'missing' || error.facts.twilioStatus === 412);
    if (isStale) return undefined;
    throw error;
  }
}

/**
 * Lists the documents whose unique names begin with a prefix.
 *
 * @throws as `createDocument`
 */
export async function listDocuments(api: SyncApi, prefix: string): Promise<SyncDocument[]> {
  return retry(api, 'list sync documents', async () => {
    const documents = await api.service.documents.list({ pageSize: 100 });
    return documents.filter(({ uniqueName }) => uniqueName?.startsWith(prefix)).map(readDocument);
  });
}

function readDocument({ uniqueName, data, revision, dateUpdated }: DocumentInstance): SyncDocument {
  const updatedAt = Number(dateUpdated);
  if (typeof revision !== 'string' || !Number.isFinite(updatedAt)) throw unexpectedResponse();
  return { uniqueName, data, revision, updatedAt };
}
