import { Hono } from 'hono';
import { answer, type RestEnv } from './http/app';
import { notFound } from './http/errors';
import { page } from './http/paging';
import { newDates } from './http/resource';

/** The given parts of a Content template: text with variables such as `{{1}}`. */
export interface NewTemplate {
  /** `HX…` */
  sid: string;
  friendlyName: string;
  language: string;
  text: string;
  /** Default values by name. */
  variables: Record<string, string>;
  /** WhatsApp's approval status: `approved`, `unsubmitted`, `rejected`, … */
  whatsApp: string;
}

/** A Content template, as served. */
export type Template = ReturnType<typeof newTemplate>;
type ApprovalRequests = ReturnType<typeof newApprovalRequests>;

/**
 * Content templates.
 *
 * @see https://www.twilio.com/docs/content/content-api-resources
 */
export class ContentModel {
  readonly #accountSid: string;
  #templates = new Map<string, { template: Template; approval: ApprovalRequests }>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** Creates or replaces a template. */
  put(given: NewTemplate): void {
    this.#templates.set(given.sid, {
      template: newTemplate(this.#accountSid, given),
      approval: newApprovalRequests(this.#accountSid, given),
    });
  }

  remove(sid: string): void {
    this.#templates.delete(sid);
  }

  templates(): Template[] {
    return [...this.#templates.values()].map(({ template }) => template);
  }

  /** @throws TwilioError 404 */
  template(sid: string): Template {
    return this.#find(sid).template;
  }

  /**
   * @returns the state of a template's approval by WhatsApp
   * @throws TwilioError 404
   */
  approvalRequests(sid: string): ApprovalRequests {
    return this.#find(sid).approval;
  }

  /** @throws TwilioError 404 */
  isApproved(sid: string): boolean {
    return this.approvalRequests(sid).whatsapp.status === 'approved';
  }

  /** @returns the text with the given variables filled in, or their default values */
  render(sid: string, given: Record<string, string>): string {
    const { types, variables } = this.template(sid);
    return types['twilio/text'].body.replace(
      /\{\{\s*(\w+)\s*\}\}/g,
      (whole, name: string) => given[name] ?? variables[name] ?? whole,
    );
  }

  #find(sid: string): { template: Template; approval: ApprovalRequests } {
    const found = this.#templates.get(sid);
    if (found) return found;
    throw notFound(`/Content/${sid}`);
  }
}

/** The simulated part of the Content API: reading templates. */
export function contentRoutes(content: ContentModel): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Content', (c) => answer(c, page(c, 'contents', content.templates())));
  app.get('/Content/:sid', (c) => answer(c, content.template(c.req.param('sid'))));
  app.get('/Content/:sid/ApprovalRequests', (c) => answer(c, content.approvalRequests(c.req.param('sid'))));
  return app;
}

function newTemplate(accountSid: string, { sid, friendlyName, language, text, variables }: NewTemplate) {
  const url = `https://content.twilio.com/v1/Content/${sid}`;
  return {
    ...newDates(new Date('2026-01-01T00:00:00Z')),
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

function newApprovalRequests(accountSid: string, { sid, friendlyName, whatsApp }: NewTemplate) {
  return {
    sid,
    account_sid: accountSid,
    whatsapp: {
      name: friendlyName,
      category: 'UTILITY',
      content_type: 'twilio/text',
      status: whatsApp,
      rejection_reason: '',
      type: 'whatsapp',
    },
    url: `https://content.twilio.com/v1/Content/${sid}/ApprovalRequests`,
  };
}
