import { Hono } from 'hono';
import { answer } from '../http/app';
import { formatDate } from '../http/dates';
import { refuse } from '../http/error-list';
import { invalid, notFound } from '../http/errors';
import { page } from '../http/paging';
import { readList } from '../http/request';
import { assignGiven, newDates } from '../http/resource';
import { fixedSid, newSid } from '../http/sids';
import type { ConversationsEnv } from './env';

/** A role, as served. */
export type Role = ReturnType<typeof newRole>;
type RoleType = 'conversation' | 'service';

/**
 * The permissions of roles. Some are for one type of role alone; which ones is not checked here.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/role-resource#permission-values
 * @see https://www.twilio.com/docs/flex/admin-guide/setup/conversations/conversations-roles
 */
const permissions: readonly string[] = [
  ...['addNonChatParticipant', 'addParticipant', 'removeParticipant'],
  ...['createConversation', 'deleteConversation', 'joinConversation', 'leaveConversation'],
  ...['deleteAnyMessage', 'deleteOwnMessage', 'editAnyMessage', 'editOwnMessage'],
  ...['editAnyMessageAttributes', 'editOwnMessageAttributes', 'sendMediaMessage', 'sendMessage'],
  ...['editAnyParticipantAttributes', 'editOwnParticipantAttributes', 'editAnyUserInfo', 'editOwnUserInfo'],
  ...['editConversationAttributes', 'editConversationName', 'editNotificationLevel'],
];

/** The roles of every service. Unlike on Twilio, they have the same SIDs in each, and every permission. */
const standardRoles: [number, string, RoleType][] = [
  [1, 'channel user', 'conversation'],
  [2, 'guest', 'conversation'],
  [3, 'channel admin', 'conversation'],
  [4, 'service user', 'service'],
  [5, 'service admin', 'service'],
];

/**
 * What users and participants can do.
 *
 * @see https://www.twilio.com/docs/conversations-classic/api/role-resource
 */
export class Roles {
  readonly #accountSid: string;
  #services = new Map<string, Map<string, Role>>();

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  list(serviceSid: string): Role[] {
    return [...this.#of(serviceSid).values()];
  }

  /** @throws TwilioError 404 */
  fetch(serviceSid: string, sid: string): Role {
    const found = this.#of(serviceSid).get(sid);
    if (found) return found;
    throw notFound(`/Roles/${sid}`);
  }

  /** @throws TwilioError 400/50104 for a permission that does not exist */
  create(serviceSid: string, name: string, type: RoleType, granted: string[]): Role {
    requirePermissions(granted);
    if (name.length > 64) throw invalid('FriendlyName is longer than 64 characters');
    const role = newRole(this.#accountSid, serviceSid, { sid: newSid('RL'), name, type, granted });
    this.#of(serviceSid).set(role.sid, role);
    return role;
  }

  /** @throws TwilioError 404, and 400/50104 */
  update(serviceSid: string, sid: string, granted: string[]): Role {
    const role = this.fetch(serviceSid, sid);
    requirePermissions(granted);
    return assignGiven(role, { permissions: granted, date_updated: formatDate(new Date()) });
  }

  /** @throws TwilioError 404 */
  remove(serviceSid: string, sid: string): void {
    this.fetch(serviceSid, sid);
    this.#of(serviceSid).delete(sid);
  }

  /**
   * @throws TwilioError 400 for a role that the service does not have: 50109 for one of conversations, else 50100
   */
  require(serviceSid: string, sid: string | undefined, type: RoleType): void {
    if (sid === undefined || sid === '') return;
    if (this.#of(serviceSid).get(sid)?.type === type) return;
    throw refuse(type === 'conversation' ? 50109 : 50100);
  }

  /** Forgets the roles of a service. */
  removeService(serviceSid: string): void {
    this.#services.delete(serviceSid);
  }

  #of(serviceSid: string): Map<string, Role> {
    const known = this.#services.get(serviceSid);
    if (known) return known;
    const roles = standardRoles.map(([number, name, type]) => {
      const given = { sid: fixedSid('RL', number), name, type, granted: [...permissions] };
      return newRole(this.#accountSid, serviceSid, given);
    });
    const made = new Map(roles.map((role) => [role.sid, role]));
    this.#services.set(serviceSid, made);
    return made;
  }
}

/** Roles. */
export function roleRoutes(roles: Roles): Hono<ConversationsEnv> {
  const app = new Hono<ConversationsEnv>();
  app.get('/', (c) => answer(c, page(c, 'roles', roles.list(c.var.serviceSid))));
  app.post('/', (c) => {
    const { FriendlyName = '', Type } = c.env.form;
    const granted = readList(c.env, 'Permission');
    return answer(c, roles.create(c.var.serviceSid, FriendlyName, Type as RoleType, granted), 201);
  });
  app.get('/:sid', (c) => answer(c, roles.fetch(c.var.serviceSid, c.req.param('sid'))));
  app.post('/:sid', (c) => {
    const granted = readList(c.env, 'Permission');
    return answer(c, roles.update(c.var.serviceSid, c.req.param('sid'), granted));
  });
  app.delete('/:sid', (c) => {
    roles.remove(c.var.serviceSid, c.req.param('sid'));
    return c.body(null, 204);
  });
  return app;
}

function requirePermissions(granted: string[]): void {
  const unknown = granted.find((name) => !permissions.includes(name));
  if (unknown !== undefined) throw refuse(50104, unknown);
}

function newRole(
  accountSid: string,
  serviceSid: string,
  { sid, name, type, granted }: { sid: string; name: string; type: RoleType; granted: string[] },
) {
  return {
    sid,
    account_sid: accountSid,
    chat_service_sid: serviceSid,
    friendly_name: name,
    type,
    permissions: granted,
    ...newDates(),
    url: `https://conversations.twilio.com/v1/Roles/${sid}`,
  };
}
