import {
  ada,
  ben,
  binding,
  change,
  cleo,
  group,
  groupOf,
  join,
  made,
  many,
  ours,
  phone,
  post,
  type Row,
  second,
  write,
} from './account';

/** Participants, their addresses, and groups. */
export const participantRefusals: Row[] = [
  [50211, 'an identity with an address', () => join({ Identity: 'alice', ...binding(ada, ours) })],
  ...[
    '12125550101',
    '+0125550101',
    '+1 212 555 0101',
    'whatsapp:12125550101',
    '12345',
    'ada@',
    `+${'1'.repeat(16)}`,
  ].map((given): Row => [50407, `the address ${given}`, () => join(binding(given, ours))]),
  [
    50407,
    'an address that is too long',
    () => join(binding(`+${'1'.repeat(256)}`, ours)),
    'Invalid messaging binding address: MessagingBinding.Address is longer than 256 characters',
  ],
  [50407, 'a number of ours as an address', () => join(binding(second, ours))],
  [50407, 'an address with a projected one', () => join(binding(ada, undefined, ours))],
  [
    50407,
    'a participant who is nobody',
    () => join({}),
    'Invalid messaging binding address: Identity or MessagingBinding.Address is required for a participant',
  ],
  ...['6465550190', '+1646555019x', '12', 'whatsapp:6465550190'].map(
    (given): Row => [50408, `the proxy address ${given}`, () => join(binding(ada, given))],
  ),
  [50409, 'an address that is its own proxy', () => join(binding(ada, ada))],
  [50411, 'an empty address', () => join(binding('', ours))],
  [50412, 'an empty proxy address', () => join(binding(ada, ''))],
  [50413, 'a proxy address of somebody else', () => join(binding(ada, '+16465550199'))],
  [
    50413,
    'a new proxy address of somebody else',
    () => change(binding(ada, ours), binding(undefined, '+16465550199')),
  ],
  [
    50413,
    'a page of Messenger that the account does not name',
    () => join(binding('messenger:1', 'messenger:2')),
  ],
  [50413, 'a short code of somebody else', () => join(binding(ada, '99999'))],
  [50414, 'an address of WhatsApp with a proxy of SMS', () => join(binding(`whatsapp:${ada}`, ours))],
  [50414, 'an address of SMS with a proxy of WhatsApp', () => join(binding(ada, `whatsapp:${ours}`))],
  [
    50415,
    'a number of ours that is no WhatsApp sender',
    () => join(binding(`whatsapp:${ada}`, `whatsapp:${second}`)),
  ],
  [
    50416,
    'a pair of addresses of another conversation',
    async () => {
      const sid = await made('/Conversations', { UniqueName: 'first' });
      await made(`/Conversations/${sid}/Participants`, binding(ada, ours));
      return join(binding(ada, ours));
    },
    expect.stringMatching(
      /^A binding for this participant and proxy address already exists in Conversation CH\w{32}$/,
    ),
  ],
  [
    50417,
    'the 1,001st participant',
    () =>
      join(
        { Identity: 'last' },
        many(1_000, (i) => ({ Identity: `user${i}` })),
      ),
  ],
  [
    50421,
    'an index that is no number',
    () => change({ Identity: 'alice' }, { LastReadMessageIndex: 'last' }),
    'Invalid last read message index format: LastReadMessageIndex must be an integer',
  ],
  [50421, 'an index below zero', () => change({ Identity: 'alice' }, { LastReadMessageIndex: '-1' })],
  [
    50422,
    'the 51st participant with an address',
    () =>
      join(
        binding(ada, ours),
        many(50, (i) => binding(phone(i), ours)),
      ),
  ],
  [
    50425,
    'a pair of addresses of another conversation, for a conversation with participants',
    async () => {
      const form = groupOf({ address: ada, proxy_address: ours });
      await made('/ConversationWithParticipants', form);
      return post('/ConversationWithParticipants', form);
    },
  ],
  [
    50426,
    'eleven participants in one request',
    () => post('/ConversationWithParticipants', groupOf(...many(11, (i) => ({ address: phone(i) })))),
  ],
  [50433, 'an identity twice', () => join({ Identity: 'alice' }, [{ Identity: 'alice' }])],
  [50434, 'a worker of a group without a projected address', () => join({ Identity: 'alice' }, group)],
  [
    50435,
    'a group with a worker without a projected address',
    () => join(binding(ada), [{ Identity: 'alice' }]),
  ],
  [
    50435,
    'a group of two',
    () => post('/ConversationWithParticipants', groupOf({ address: ada }, { projected_address: ours })),
  ],
  [
    50436,
    'the eleventh participant of a group',
    () => join(binding(ada), [...many(9, (i) => binding(phone(i))), binding(undefined, undefined, ours)]),
  ],
  [50437, 'an address twice in a group', () => join(binding(ada), group)],
  [
    50438,
    'a group with the same people',
    async () => {
      await join(group[2] ?? {}, group.slice(0, 2));
      return join(group[2] ?? {}, [binding(ben), binding(ada)]);
    },
  ],
  [
    50438,
    'a whole group with the same people',
    async () => {
      const form = groupOf({ address: ada }, { address: cleo }, { projected_address: ours });
      await made('/ConversationWithParticipants', form);
      return post('/ConversationWithParticipants', form);
    },
  ],
  [
    50439,
    'a projected address of somebody else',
    () => join({ Identity: 'alice', ...binding(undefined, undefined, '+16465550199') }),
  ],
  [
    50439,
    'a projected address that is none',
    () => join({ Identity: 'alice', ...binding(undefined, undefined, 'ours') }),
    'Account is not authorized to use the projected address: the address is not valid',
  ],
  [
    50440,
    'the removal of a proxy address that is not there',
    () => change({ Identity: 'alice' }, binding(undefined, '')),
  ],
  [50441, 'a proxy address for an identity', () => change({ Identity: 'alice' }, binding(undefined, ours))],
  [
    50442,
    'the removal of a projected address that is not there',
    () => change({ Identity: 'alice' }, binding(undefined, undefined, 'null')),
  ],
  [
    50443,
    'a projected address for an address',
    () => change(binding(ada, ours), binding(undefined, undefined, ours)),
  ],
  [50444, 'another identity for an identity', () => change({ Identity: 'alice' }, { Identity: 'bob' })],
  [50444, 'an identity for an address', () => change(binding(ada, ours), { Identity: 'bob' })],
  [50513, 'an author who is not in the group', () => write({ Author: 'bob', Body: 'Hi' }, group)],
];
