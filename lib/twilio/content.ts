import { orIfMissing, retry, type TwilioApi, unexpectedResponse } from './api';

/** What has to be known about a Content template before it is sent. */
export interface ContentTemplate {
  /** The names of its variables, e.g. `1`. */
  variables: string[];
  /** Whether WhatsApp has approved it for conversations that the business starts. */
  approvedForWhatsApp: boolean;
}

/**
 * Reads a Content template.
 *
 * @param contentSid `HX…`
 * @param forWhatsApp whether to read WhatsApp's approval too
 * @returns undefined when there is no such template
 * @throws TwilioRefused, TwilioUnavailable, Misconfigured
 * @see https://www.twilio.com/docs/content/content-api-resources
 */
export async function fetchTemplate(
  api: TwilioApi,
  contentSid: string,
  forWhatsApp: boolean,
): Promise<ContentTemplate | undefined> {
  const content = api.client.content.v1.contents(contentSid);
  const fetched = Promise.all([
    retry(api, 'fetch content', async () => {
      const { sid, variables } = await content.fetch();
      if (typeof sid !== 'string') throw unexpectedResponse();
      return Object.keys(variables ?? {});
    }),
    forWhatsApp &&
      retry(api, 'fetch approval', async () => {
        const { sid, whatsapp } = await content.approvalFetch().fetch();
        if (typeof sid !== 'string') throw unexpectedResponse();
        return (whatsapp as { status?: unknown } | null)?.status === 'approved';
      }),
  ]);
  const [variables, approvedForWhatsApp = false] = (await orIfMissing(fetched, undefined)) ?? [];
  return variables && { variables, approvedForWhatsApp };
}
