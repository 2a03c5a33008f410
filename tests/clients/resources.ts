import { accountSid } from '../simulator/rest-api';

/** Resources of the local Twilio as clients show them, whole; SIDs and times as `withoutChance` leaves them. */

const api = 'https://conversations.twilio.com/v1';
const sms = { type: 'sms', address: '+12125550101', proxy_address: '+16465550190' };
const dates = { dateCreated: 'DATE', dateUpdated: 'DATE' };

export const worker = 'alice@example.com';
const defaultService = `IS${'1'.padStart(32, '0')}`;

/** @returns a value with each random SID numbered in the order of its appearance, and without times */
export function withoutChance(value: unknown): unknown {
  const numbers = new Map<string, string>();
  const text = JSON.stringify(value)
    .replace(/\b([A-Z]{2})(?!0{24})[0-9a-f]{32}\b/g, (sid, prefix: string) => {
      const count = [...numbers.values()].filter((one) => one.startsWith(prefix)).length;
      if (!numbers.has(sid)) numbers.set(sid, `${prefix}${count + 1}`);
      return numbers.get(sid) ?? sid;
    })
    .replace(/\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'DATE');
  return JSON.parse(text) as unknown;
}

export function conversation(given: object): object {
  return {
    accountSid,
    chatServiceSid: defaultService,
    messagingServiceSid: `MG${'1'.padStart(32, '0')}`,
    sid: 'CH1',
    friendlyName: null,
    uniqueName: null,
    attributes: '{}',
    state: 'active',
    ...dates,
    timers: {},
    url: `${api}/Conversations/CH1`,
    links: {
      participants: `${api}/Conversations/CH1/Participants`,
      messages: `${api}/Conversations/CH1/Messages`,
      webhooks: `${api}/Conversations/CH1/Webhooks`,
      export: `${api}/Conversations/CH1/Export`,
    },
    bindings: null,
    ...given,
  };
}

function participant(sid: string, given: object): object {
  return {
    accountSid,
    conversationSid: 'CH1',
    sid,
    attributes: '{}',
    ...dates,
    url: `${api}/Conversations/CH1/Participants/${sid}`,
    lastReadMessageIndex: null,
    lastReadTimestamp: null,
    ...given,
  };
}

export function customerParticipant(sid: string, given: object = {}): object {
  const roleSid = `RL${'2'.padStart(32, '0')}`;
  return participant(sid, { identity: null, messagingBinding: sms, roleSid, ...given });
}

export function workerParticipant(sid: string): object {
  const roleSid = `RL${'1'.padStart(32, '0')}`;
  return participant(sid, { identity: worker, messagingBinding: null, roleSid });
}

function membership(participantSid: string, given: object): object {
  return {
    accountSid,
    chatServiceSid: defaultService,
    participantSid,
    participantUserSid: null,
    conversationSid: 'CH1',
    conversationUniqueName: null,
    conversationFriendlyName: 'Ada',
    conversationAttributes: '{}',
    conversationDateCreated: 'DATE',
    conversationDateUpdated: 'DATE',
    conversationCreatedBy: 'system',
    conversationState: 'active',
    conversationTimers: {},
    links: {
      participant: `${api}/Conversations/CH1/Participants/${participantSid}`,
      conversation: `${api}/Conversations/CH1`,
    },
    ...given,
  };
}

export function customerMembership(participantSid: string): object {
  return membership(participantSid, { participantIdentity: null, participantMessagingBinding: sms });
}

export function workerMembership(participantSid: string): object {
  return membership(participantSid, { participantIdentity: worker, participantMessagingBinding: null });
}

export function message(given: object): object {
  const url = `${api}/Conversations/CH1/Messages/IM1`;
  return {
    accountSid,
    conversationSid: 'CH1',
    sid: 'IM1',
    index: 0,
    author: worker,
    media: null,
    attributes: '{}',
    participantSid: null,
    ...dates,
    url,
    delivery: null,
    links: { delivery_receipts: `${url}/Receipts`, channel_metadata: `${url}/ChannelMetadata` },
    contentSid: null,
    ...given,
  };
}

export function webhookConfiguration(given: object): object {
  return {
    accountSid,
    method: 'POST',
    target: 'webhook',
    url: `${api}/Configuration/Webhooks`,
    ...given,
  };
}
