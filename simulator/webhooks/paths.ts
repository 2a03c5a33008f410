/** The path of each callback, as the consoles of Frontline and Conversations would hold it. */
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
};
