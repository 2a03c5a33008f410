import { Hono } from 'hono';
import { answer } from '../http/app';
import { notFound } from '../http/errors';
import { page } from '../http/paging';
import { newDates } from '../http/resource';
import { newSid } from '../http/sids';
import type { ConversationsEnv } from './env';

export interface ServiceResource {
  account_sid: string;
  sid: string;
  friendly_name: string;
  date_created: string;
  date_updated: string;
  url: string;
  links: Record<string, string>;
}

/**
 * Conversation services.
 *
 * @see https://www.twilio.com/docs/conversations/api/service-resource
 */
export class Services {
  readonly #accountSid: string;
  #services = new Map<string, ServiceResource>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  list(): ServiceResource[] {
    return [...this.#services.values()];
  }

  has(sid: string): boolean {
    return this.#services.has(sid);
  }

  /** @throws TwilioError 404 */
  fetch(sid: string): ServiceResource {
    const service = this.#services.get(sid);
    if (service) return service;
    throw notFound(`/Services/${sid}`);
  }

  create(name: string): ServiceResource {
    return this.put(newSid('IS'), name);
  }

  /** Creates a service with a given SID, unless it exists. */
  put(sid: string, name: string): ServiceResource {
    const known = this.#services.get(sid);
    if (known) return known;
    const url = `https://conversations.twilio.com/v1/Services/${sid}`;
    const links = {
      conversations: `${url}/Conversations`,
      users: `${url}/Users`,
      configuration: `${url}/Configuration`,
    };
    const made = { account_sid: this.#accountSid, sid, friendly_name: name, ...newDates(), url, links };
    this.#services.set(sid, made);
    return made;
  }

  /** @throws TwilioError 404 */
  remove(sid: string): void {
    this.fetch(sid);
    this.#services.delete(sid);
  }

  /** Forgets all services. */
  reset(): void {
    this.#services.clear();
  }
}

/**
 * Conversation services.
 *
 * @param removeService removes one with all that is in it
 */
export function serviceRoutes(
  services: Services,
  removeService: (sid: string) => void,
): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'services', services.list())));
  app.post('/', (c) => answer(c, services.create(c.env.form.FriendlyName ?? ''), 201));
  app.get('/:sid', (c) => answer(c, services.fetch(c.req.param('sid'))));
  app.delete('/:sid', (c) => {
    removeService(c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}
