import { account, ada, binding, join, made, ours, post, type Row, write } from './account';

const closed = async (): Promise<string> => {
  const sid = await made('/Conversations');
  await post(`/Conversations/${sid}`, { State: 'closed' });
  return sid;
};

/** Conversations, their states and timers, and messages. */
export const conversationRefusals: Row[] = [
  [
    50003,
    'a friendly name that is too long',
    () => post('/Conversations', { FriendlyName: 'x'.repeat(257) }),
    'Friendly name too long: FriendlyName is longer than 256 characters',
  ],
  [
    50004,
    'a unique name that is too long',
    () => post('/Conversations', { UniqueName: 'x'.repeat(257) }),
    'Unique Name too long: UniqueName is longer than 256 characters',
  ],
  [
    50303,
    'attributes that are too long',
    () => post('/Conversations', { Attributes: JSON.stringify('x'.repeat(16_384)) }),
    'Attributes too long: Attributes are larger than 16384 bytes',
  ],
  [50304, 'attributes that are not JSON', () => post('/Conversations', { Attributes: 'x' })],
  [
    50304,
    'attributes of a user that are not JSON',
    () => post('/Users', { Identity: 'alice', Attributes: '{' }),
  ],
  [
    50308,
    'a date of creation that is none',
    () => write({ Body: 'Hi', DateCreated: 'rubbish' }),
    'Invalid Date Created parameter: DateCreated must be an ISO 8601 date',
  ],
  [
    50309,
    'a date of change that is none',
    () => join({ Identity: 'alice', DateUpdated: 'rubbish' }),
    'Invalid Date Updated parameter: DateUpdated must be an ISO 8601 date',
  ],
  [
    50310,
    'an author that is too long',
    () => write({ Author: 'x'.repeat(257), Body: 'Hi' }),
    'Author parameter is too long: Author is longer than 256 characters',
  ],
  [
    50341,
    'a Messaging Service that is no SID',
    () => post('/Conversations', { MessagingServiceSid: 'MG1' }),
    'Invalid messaging service SID: MessagingServiceSid must match ^MG[0-9a-fA-F]{32}$',
  ],
  [
    50342,
    'a Messaging Service of somebody else',
    () => post('/Conversations', { MessagingServiceSid: `MG${'f'.repeat(32)}` }),
  ],
  [
    20001,
    'variables of a template that are not JSON',
    () => write({ ContentSid: `HX${'1'.repeat(32)}`, ContentVariables: '{' }),
    'ContentVariables must be a JSON object',
  ],
  ...['{"a":1}', '[]', '5', 'true', 'null'].map(
    (value): Row => [
      20001,
      `a variable of a template that is not text: ${value}`,
      () => write({ ContentSid: `HX${'1'.repeat(32)}`, ContentVariables: `{"1":${value}}` }),
      'ContentVariables must have text for 1',
    ],
  ),
  [
    20001,
    'variables that are not JSON, without a template',
    () => write({ Body: 'Hi', ContentVariables: 'name' }),
    'ContentVariables must be a JSON object',
  ],
  [
    50353,
    'a unique name twice',
    async () => {
      await made('/Conversations', { UniqueName: 'ada' });
      return post('/Conversations', { UniqueName: 'ada' });
    },
  ],
  [
    50355,
    'a second configuration of an address',
    async () => {
      const form = { Type: 'sms', Address: ours };
      await made('/Configuration/Addresses', form);
      return post('/Configuration/Addresses', form);
    },
  ],
  [
    50374,
    'an empty state',
    async () => post(`/Conversations/${await made('/Conversations')}`, { State: '' }),
    "'State' field can't be empty: State must be one of: initializing, inactive, active, closed",
  ],
  [50375, 'an inactive timer below a minute', () => post('/Conversations', { 'Timers.Inactive': 'PT59S' })],
  [
    50375,
    'a default inactive timer below a minute',
    () => post('/Configuration', { DefaultInactiveTimer: 'PT59S' }),
  ],
  [
    50376,
    'a closed timer below ten minutes',
    async () => post(`/Conversations/${await made('/Conversations')}`, { 'Timers.Closed': 'PT9M59S' }),
  ],
  [
    50377,
    'a change of a closed conversation',
    async () => post(`/Conversations/${await closed()}`, { FriendlyName: 'x' }),
  ],
  [
    50377,
    'a message into a closed conversation',
    async () => post(`/Conversations/${await closed()}/Messages`, { Body: 'Hi' }),
  ],
  [
    50377,
    'somebody who joins a closed conversation',
    async () => post(`/Conversations/${await closed()}/Participants`, { Identity: 'alice' }),
  ],
  [
    50377,
    'a change of a conversation that its timer has closed',
    async () => {
      const sid = await made('/Conversations', { 'Timers.Closed': 'PT10M' });
      account.now = new Date(account.now.getTime() + 600_000);
      return post(`/Conversations/${sid}`, { State: 'active' });
    },
  ],
  [
    50377,
    'a change of a conversation that the default timer has closed',
    async () => {
      await post('/Configuration', { DefaultClosedTimer: 'PT10M' });
      const sid = await made('/Conversations');
      account.now = new Date(account.now.getTime() + 600_000);
      return post(`/Conversations/${sid}`, { State: 'active' });
    },
  ],
  [
    50378,
    'a state that does not exist',
    () => post('/Conversations', { State: 'open' }),
    "'State' parameter value is invalid: State must be one of: initializing, inactive, active, closed",
  ],
  ...['1 hour', 'P', 'PT', 'P1DT', 'PT1', '-PT5M', `PT${'9'.repeat(30)}H`].map(
    (given): Row => [
      50379,
      `an inactive timer of ${given}`,
      () => post('/Conversations', { 'Timers.Inactive': given }),
    ],
  ),
  [50380, 'a closed timer that is no duration', () => post('/Conversations', { 'Timers.Closed': '600' })],
  [50384, 'a conversation that begins closed', () => post('/Conversations', { State: 'closed' })],
  [
    50386,
    'somebody who joins too soon',
    async () => {
      const { sid } = account.state.createConversation(
        { initializing: { ms: 1_000 } },
        { source: 'SMS', webhooks: true },
      );
      return post(`/Conversations/${sid}/Participants`, { Identity: 'alice' });
    },
  ],
  [50390, 'a unique name like a SID', () => post('/Conversations', { UniqueName: `CH${'0'.repeat(32)}` })],
  [
    50504,
    'a body that is too long for SMS',
    () => write({ Body: 'x'.repeat(1_601) }, [binding(ada, ours)]),
    'Message body parameter is too long: Body is longer than 1600 characters',
  ],
  [
    50504,
    'a body that is too long for chat',
    () => write({ Body: 'x'.repeat(32 * 1024 + 1) }),
    'Message body parameter is too long: Body is larger than 32768 bytes',
  ],
  [
    50510,
    'media that is no SID',
    () => write({ MediaSid: 'ME1' }),
    'Invalid message media SID: MediaSid must match ^ME[0-9a-fA-F]{32}$',
  ],
];
