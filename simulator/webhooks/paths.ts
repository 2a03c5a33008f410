/** The path of each callback, as configured in the Consoles of Frontline and Conversations. */
export const paths: Record<string, string> = {
  GetProxyAddress: '/callbacks/outgoing-conversation',
  GetCustomersList: '/callbacks/crm',
  GetCustomerDetailsByCustomerId: '/callbacks/crm',
  GetTemplatesByCustomerId: '/callbacks/templates',
  onConversationRoute: '/callbacks/routing',
  onConversationAdd: '/callbacks/conversations',
  onConversationAdded: '/callbacks/conversations',
  onParticipantAdded: '/callbacks/conversations',
  outboundMessage: '/flex/outbound-message',
  sweep: '/maintenance/sweep',
};
