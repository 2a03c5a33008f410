import { persist, type TwilioApi } from './api';
import { isMissing } from './conversations';

/** A Content template, as far as sending it asks for. */
export interface ContentTemplate {
  /** The names of its variables, e.g. `1`. */
  variables: string[];
  /** Whether WhatsApp has approved it for conversations that the business begins. */
  approvedForWhatsApp: boolean;
}

/**
 * Reads a Content template.
 *
 * @param contentSid `HX…`
 * @param forWhatsApp whether WhatsApp's approval is asked for too
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
  try {
    const [template, approval] = await Promise.all([
      persist(api, 'fetch content', () => content.fetch()),
      forWhatsApp ? persist(api, 'fetch approval', () => content.approvalFetch().fetch()) : undefined,
    ]);
    return {
      variables: Object.keys(template.variables ?? {}),
      approvedForWhatsApp:
        (approval?.whatsapp as { status?: unknown } | null | undefined)?.status === 'approved',
    };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
