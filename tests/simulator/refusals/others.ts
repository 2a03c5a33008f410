import {
  account,
  ada,
  ask,
  binding,
  chat,
  join,
  made,
  multipart,
  ours,
  post,
  type Row,
  reset,
  second,
  send,
  write,
} from './account';

const documents = 'https://sync.twilio.com/v1/Services/default/Documents';
const environments = 'https://serverless.twilio.com/v1/Services';

/** Adds a webhook to a new conversation that has some. */
async function hook(form: Record<string, string | string[]>, others = 0) {
  const path = `/Conversations/${await made('/Conversations')}/Webhooks`;
  const flow = { Target: 'studio', 'Configuration.FlowSid': `FW${'0'.repeat(32)}` };
  for (let i = 0; i < others; i++) await made(path, flow);
  return post(path, { ...(others > 0 && flow), ...form });
}

const url = { 'Configuration.Url': 'https://example.com/x' };
const toUrl = { Target: 'webhook', ...url };
const trigger = { Target: 'trigger', ...url };

/** Users, roles, webhooks, addresses, and the other products. */
export const otherRefusals: Row[] = [
  [
    50360,
    'a webhook of a conversation that does not exist',
    async () => ask(`GET ${chat}/Conversations/${await made('/Conversations')}/Webhooks/WH${'0'.repeat(32)}`),
  ],
  [50361, 'a sixth webhook of a conversation', () => hook({}, 5)],
  [50362, 'six triggers', () => hook({ ...trigger, 'Configuration.Triggers': [...'abcdef'] })],
  [50365, 'a pre-action event', () => hook({ ...toUrl, 'Configuration.Filters': ['onMessageAdd'] })],
  [50366, 'a long trigger', () => hook({ ...trigger, 'Configuration.Triggers': ['x'.repeat(249)] })],
  [50367, 'a webhook without a flow', () => hook({ Target: 'studio' })],
  [50369, 'no URL', () => hook({ Target: 'webhook', 'Configuration.Filters': ['onMessageAdded'] })],
  [50370, 'no filter', () => hook(toUrl)],
  [50371, 'no trigger', () => hook(trigger)],
  [
    20001,
    'a friendly name of a role that is too long',
    () => post('/Roles', { FriendlyName: 'x'.repeat(65), Type: 'service', Permission: 'sendMessage' }),
    'FriendlyName is longer than 64 characters',
  ],
  [
    20001,
    'filters of events that do not exist',
    () => post('/Configuration/Webhooks', { Filters: ['onConversationAdded', 'onNothing'] }),
    'Filters must be events of Conversations, and onNothing is none',
  ],
  [
    20001,
    'autocreation for events that do not exist',
    () =>
      post('/Configuration/Addresses', {
        Type: 'sms',
        Address: ours,
        'AutoCreation.WebhookFilters': 'onNothing',
      }),
    'AutoCreation.WebhookFilters must be events of Conversations, and onNothing is none',
  ],
  [
    20001,
    'an address of another type',
    () => post('/Configuration/Addresses', { Type: 'whatsapp', Address: ours }),
    `${ours} is not a valid Address of Type whatsapp`,
  ],
  ...(
    [
      [50413, 'sms', '+16465550199'],
      [50413, 'whatsapp', 'whatsapp:+16465550199'],
      [50415, 'whatsapp', `whatsapp:${second}`],
    ] as const
  ).map(
    ([code, Type, Address]): Row => [
      code,
      `an address configuration for ${Address}, which is not ours`,
      () => post('/Configuration/Addresses', { Type, Address }),
    ],
  ),
  ...(
    [
      ['JSON in place of a form', 'application/json', '{"FriendlyName":"Ada"}'],
      ['an empty body of JSON', 'application/json', ''],
      ['an empty body of plain text', 'text/plain', ''],
      [
        'a body that is not of its type',
        'multipart/form-data; boundary=x',
        'FriendlyName=Ada',
        'the body is not ',
      ],
      ['a form with parts of no boundary', 'multipart/form-data', '--x', 'the body is not '],
    ] as const
  ).map(
    ([title, type, body, why = '']): Row => [
      19056,
      title,
      () => send(type, body),
      `Input request content type is invalid: ${why}${type}`,
    ],
  ),
  [
    20001,
    'a file in place of a parameter',
    () => send('multipart/form-data; boundary=x', multipart({ 'FriendlyName"; filename="a.txt': 'Ada' })),
    'FriendlyName must be text, not a file',
  ],
  [
    20001,
    'memberships of nobody',
    () => ask(`GET ${chat}/ParticipantConversations`),
    'Exactly one of Identity and Address is required',
  ],
  [
    20001,
    'a participant in JSON with a field that is none',
    () => post('/ConversationWithParticipants', { Participant: '{"identety":"alice"}' }),
    'Participant has no field identety',
  ],
  [
    20001,
    'a participant that is not JSON',
    () => post('/ConversationWithParticipants', { Participant: 'alice' }),
    'Participant must be a JSON object',
  ],
  [20003, 'a wrong auth token', () => ask(`GET ${chat}/Conversations`, {}, { token: 'wrong' })],
  [
    20403,
    'an account without Conversations',
    () => {
      account.rest.account.access = 'forbidden';
      return ask(`GET ${chat}/Conversations`);
    },
  ],
  [
    20404,
    'a conversation that does not exist',
    () => ask(`GET ${chat}/Conversations/CH${'f'.repeat(32)}`),
    `The requested resource /Conversations/CH${'f'.repeat(32)} was not found`,
  ],
  [
    20409,
    'a Serverless service twice',
    async () => {
      const form = { UniqueName: 'one', FriendlyName: 'One' };
      await ask(`POST ${environments}`, form);
      return ask(`POST ${environments}`, form);
    },
    'Service with this UniqueName already exists.',
  ],
  [
    20429,
    'too many changes in a second',
    async () => {
      reset(1);
      const sid = await made('/Conversations');
      await post(`/Conversations/${sid}`, { FriendlyName: 'a' });
      return post(`/Conversations/${sid}`, { FriendlyName: 'b' });
    },
  ],
  [
    20501,
    'a parameter that is not simulated',
    () => post('/Conversations', { 'Bindings.Email.Name': 'Ada' }),
    'The local Twilio does not simulate the parameter Bindings.Email.Name of CreateConversation',
  ],
  [
    21610,
    'a message to somebody who has sent STOP',
    async () => {
      account.rest.optOuts.mode = 'refuse';
      account.rest.optOuts.read(ada, ours, 'STOP');
      return write({ Body: 'Hi' }, [binding(ada, ours)]);
    },
  ],
  [
    50055,
    'a method that webhooks cannot have',
    () => post('/Configuration/Webhooks', { Method: 'PUT' }),
    'Invalid webhook method: Method must be GET or POST',
  ],
  [
    50077,
    'a pre-webhook URL without http',
    () => post('/Configuration/Webhooks', { PreWebhookUrl: 'example.com' }),
  ],
  [
    50078,
    'a post-webhook URL without http',
    () => post('/Configuration/Webhooks', { PostWebhookUrl: 'ftp://example.com/x' }),
  ],
  [
    50100,
    'a user’s role that does not exist',
    () => post('/Users', { Identity: 'alice', RoleSid: `RL${'f'.repeat(32)}` }),
  ],
  [
    50104,
    'a permission that does not exist',
    () => post('/Roles', { FriendlyName: 'x', Type: 'service', Permission: 'fly' }),
    'Permission not found: fly',
  ],
  [
    50105,
    'a role for something else',
    () => post('/Roles', { FriendlyName: 'x', Type: 'deployment', Permission: 'sendMessage' }),
    'Invalid role type: Type must be one of: conversation, service',
  ],
  [
    50109,
    'a participant’s role that is a service’s',
    () => join({ Identity: 'alice', RoleSid: `RL${'4'.padStart(32, '0')}` }),
  ],
  [
    50201,
    'a user twice',
    async () => {
      await made('/Users', { Identity: 'alice' });
      return post('/Users', { Identity: 'alice' });
    },
  ],
  [50206, 'an identity like a SID', () => post('/Users', { Identity: `US${'0'.repeat(32)}` })],
  [
    50207,
    'an identity that is too long',
    () => join({ Identity: 'x'.repeat(257) }),
    'Identity too long: Identity is longer than 256 characters',
  ],
  [
    50210,
    'a notification level that does not exist',
    async () => {
      const user = await made('/Users', { Identity: 'alice' });
      const sid = await made('/Conversations');
      await made(`/Conversations/${sid}/Participants`, { Identity: 'alice' });
      return post(`/Users/${user}/Conversations/${sid}`, { NotificationLevel: 'loud' });
    },
    'Invalid notification level: NotificationLevel must be one of: default, muted',
  ],
  [
    50451,
    'memberships of an identity and an address',
    () => ask(`GET ${chat}/ParticipantConversations?Identity=alice&Address=${encodeURIComponent(ada)}`),
  ],
  [
    54006,
    'a document that is too large',
    () => ask(`POST ${documents}`, { Data: JSON.stringify({ x: 'x'.repeat(16_384) }) }),
  ],
  [
    54009,
    'more documents than Sync lets be made',
    async () => {
      account.rest.limits.current = { ...account.rest.limits.current, syncPerDocument: 1 };
      for (let n = 0; n < 10; n++) await ask(`POST ${documents}`);
      return ask(`POST ${documents}`);
    },
  ],
  [54008, 'a document that is not JSON', () => ask(`POST ${documents}`, { Data: '{' })],
  [
    54103,
    'a change of a revision that is gone',
    async () => {
      await ask(`POST ${documents}`, { UniqueName: 'one' });
      return ask(`POST ${documents}/one`, { Data: '{}' }, { headers: { 'if-match': 'f' } });
    },
  ],
  ...['', 'x'.repeat(321), `ET${'0'.repeat(32)}`].map(
    (UniqueName): Row => [
      54302,
      `a document with the name ${UniqueName.slice(0, 3)}`,
      () => ask(`POST ${documents}`, { UniqueName }),
    ],
  ),
  [
    54301,
    'a document’s name twice',
    async () => {
      await ask(`POST ${documents}`, { UniqueName: 'one' });
      return ask(`POST ${documents}`, { UniqueName: 'one' });
    },
  ],
];
