import type { FlexSettings } from '../../lib/model';

/** What holds where the routing data says nothing about Flex: all of its roles, and a new workspace's task channels. */
export const flexDefaults: FlexSettings = {
  roles: ['agent', 'supervisor', 'admin'],
  origins: [],
  taskChannels: { sms: 'sms', whatsapp: 'chat', chat: 'chat', email: 'email', messenger: 'chat' },
  customerAccess: 'all',
};
