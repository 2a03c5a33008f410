import type { FlexSettings } from '../../lib/model';

/** The Flex settings when the routing data has none: all roles, and the task channels of a new workspace. */
export const flexDefaults: FlexSettings = {
  roles: ['agent', 'supervisor', 'admin'],
  origins: [],
  taskChannels: { sms: 'sms', whatsapp: 'chat', chat: 'chat', email: 'email', messenger: 'chat' },
  customerAccess: 'all',
  knownCustomersOnly: false,
  taskAttributes: [],
  startsPerHour: { agent: { most: 60, strict: false } },
};
