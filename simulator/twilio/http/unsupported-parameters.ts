/**
 * The parameters that Twilio's API has and the local Twilio does not simulate, by host and operation. A request with one
 * of them is answered 501, with its name: to ignore it would be a wrong answer. A test finds the ones that are missing.
 */
const unsupported: Record<string, Record<string, readonly string[]>> = {
  'conversations.twilio.com': {
    CreateConversation: ['Bindings.Email.Address', 'Bindings.Email.Name'],
    UpdateConversation: ['Bindings.Email.Address', 'Bindings.Email.Name'],
    CreateConversationWithParticipants: ['Bindings.Email.Address', 'Bindings.Email.Name'],
  },
  'flex-api.twilio.com': {
    CreateInteraction: ['WebhookTtid'],
  },
  'taskrouter.twilio.com': {
    ListTask: ['HasAddons'],
    ListTaskQueue: ['EvaluateWorkerAttributes', 'WorkerSid', 'Ordering'],
    ListWorker: ['TargetWorkersExpression', 'TaskQueueName', 'TaskQueueSid', 'Ordering'],
  },
  'serverless.twilio.com': {
    CreateDeployment: ['IsPlugin'],
    ListLog: ['StartDate', 'EndDate'],
  },
  // Restricted keys.
  'iam.twilio.com': { CreateNewKey: ['KeyType', 'Policy'], UpdateKey: ['Policy'] },
  'lookups.twilio.com': {
    // Of both versions: what looks into data that nobody has here.
    FetchPhoneNumber: [
      ...['Type', 'AddOns', 'AddOnsData', 'Fields', 'FirstName', 'LastName', 'AddressLine1', 'AddressLine2'],
      ...['City', 'State', 'PostalCode', 'AddressCountryCode', 'NationalId', 'DateOfBirth'],
      ...['LastVerifiedDate', 'VerificationSid', 'PartnerSubId'],
    ],
  },
  'api.twilio.com': {
    UpdateIncomingPhoneNumber: [
      ...['AccountSid', 'ApiVersion', 'StatusCallback', 'StatusCallbackMethod', 'SmsFallbackMethod'],
      ...['SmsFallbackUrl', 'VoiceApplicationSid', 'VoiceCallerIdLookup', 'VoiceFallbackMethod'],
      ...['VoiceFallbackUrl', 'VoiceMethod', 'VoiceUrl', 'VoiceReceiveMode', 'EmergencyStatus'],
      ...['EmergencyAddressSid', 'TrunkSid', 'IdentitySid', 'AddressSid', 'BundleSid'],
    ],
  },
};

/** @returns the parameters of an operation that are not simulated */
export function unsupportedParameters(host: string, operationId: string): readonly string[] {
  const operations = unsupported[host];
  // `CreateServiceConversation` is `CreateConversation` below a service.
  return operations?.[operationId] ?? operations?.[operationId.replace('Service', '')] ?? [];
}

/** What Twilio's own clients send although the description has no such parameter. Twilio ignores it, as it is here. */
const sentByTwilio: Record<string, Record<string, readonly string[]>> = {
  // @twilio-labs/serverless-api, src/api/environments.ts
  'serverless.twilio.com': { CreateEnvironment: ['FriendlyName'] },
};

/** @returns whether a parameter that the description does not have is to be ignored */
export function isIgnored(host: string, operationId: string, name: string): boolean {
  return sentByTwilio[host]?.[operationId]?.includes(name) ?? false;
}
