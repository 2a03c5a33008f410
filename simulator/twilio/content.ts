import { Hono } from 'hono';
import type { RestEnv } from './http/app';
import { formatDate } from './http/dates';
import { notFound } from './http/errors';
import { page } from './http/paging';

/** A Content template: text with `{{1}}`-like variables. */
export interface Template {
  /** `HX…` */
  sid: string;
  friendlyName: string;
  language: string;
  text: string;
  /** Default values by name. */
  variables: Record<string, string>;
  /** WhatsApp's word on it: `approved`, `unsubmitted`, `rejected`, … */
  whatsApp: string;
}

const created = new Date('2026-01-01T00:00:00Z');

/**
 * Content templates.
 *
 * @see https://www.twilio.com/docs/content/content-api-resources
 */
export class ContentModel {
  readonly accountSid: string;
  #templates = new Map<string, Template>();

  constructor(accountSid: string) {
    this.accountSid = accountSid;
  }

  /** Makes or replaces a template. */
  put(template: Template): void {
    this.#templates.set(template.sid, template);
  }

  templates(): Template[] {
    return [...this.#templates.values()];
  }

  /** @throws TwilioError 404 */
  template(sid: string): Template {
    const found = this.#templates.get(sid);
    if (found) return found;
    throw notFound(`/Content/${sid}`);
  }

  /** @returns the text with its variables filled in, those that are not given by their default values */
  render(sid: string, given: Record<string, string>): string {
    const { text, variables } = this.template(sid);
    return text.replace(
      /\{\{\s*(\w+)\s*\}\}/g,
      (whole, name: string) => given[name] ?? variables[name] ?? whole,
    );
  }
}

/** Content templates, as far as they are simulated: read, not written. */
export function contentRoutes(content: ContentModel): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Content', (c) =>
    c.json(
      page(
        c,
        'contents',
        content.templates().map((one) => contentResource(content.accountSid, one)),
      ),
    ),
  );
  app.get('/Content/:sid', (c) =>
    c.json(contentResource(content.accountSid, content.template(c.req.param('sid')))),
  );
  app.get('/Content/:sid/ApprovalRequests', (c) => {
    const { sid, friendlyName, whatsApp } = content.template(c.req.param('sid'));
    return c.json({
      sid,
      account_sid: content.accountSid,
      whatsapp: {
        name: friendlyName,
        category: 'UTILITY',
        content_type: 'twilio/text',
        status: whatsApp,
        rejection_reason: '',
        type: 'whatsapp',
      },
      url: `https://content.twilio.com/v1/Content/${sid}/ApprovalRequests`,
    });
  });
  return app;
}

function contentResource(
  accountSid: string,
  { sid, friendlyName, language, text, variables }: Template,
): object {
  const url = `https://content.twilio.com/v1/Content/${sid}`;
  return {
    date_created: formatDate(created),
    date_updated: formatDate(created),
    sid,
    account_sid: accountSid,
    friendly_name: friendlyName,
    language,
    variables,
    types: { 'twilio/text': { body: text } },
    url,
    links: {
      approval_create: `${url}/ApprovalRequests/whatsapp`,
      approval_fetch: `${url}/ApprovalRequests`,
    },
  };
}
