import type { Routing } from '../../../lib/model';
import { built, problemsOf, spoil } from './spoiled';

describe('the data for Flex', () => {
  it('has each of its problems named with its fix', () => {
    const sources = spoil(({ routing }) => {
      routing.flex = {
        roles: [],
        origins: ['*', 'https://flex.twilio.com/', 'http://example.com', 'http://localhost:3000'],
        workspaceSid: 'WS1',
        queueSid: 7,
        taskChannels: { fax: 'fax' },
        emailFromNam: 'Us',
      };
    });
    expect(problemsOf(sources)).toEqual([
      'routing flex.roles: is an empty list → name a role, or remove the list',
      'routing flex.origins[0]: would allow every page on the web → list the origins, e.g. "https://flex.twilio.com"',
      'routing flex.origins[1]: is not an origin → write only scheme and host, e.g. "https://flex.twilio.com"; http is for localhost only',
      'routing flex.origins[2]: is not an origin → write only scheme and host, e.g. "https://flex.twilio.com"; http is for localhost only',
      'routing flex.workspaceSid: is not a SID that begins with WS → write WS and 32 hexadecimal digits',
      'routing flex.queueSid: must be text → write the SID that begins with WQ',
      'routing flex.taskChannels.fax: there is no field "fax" here → remove it; the fields are: sms, whatsapp, chat, email, messenger',
      'routing flex.emailFromNam: there is no field "emailFromNam" here → did you mean "emailFromName"?',
    ]);
  });

  it('has no role and no origin twice', () => {
    const sources = spoil(({ routing }) => {
      routing.flex = { roles: ['agent', 'agent'], origins: ['https://a.example', 'https://a.example'] };
    });
    expect(problemsOf(sources)).toEqual([
      'routing flex.roles[1]: is the same as [0] → remove one of the two',
      'routing flex.origins[1]: is the same as [0] → remove one of the two',
    ]);
  });

  it.each([
    ['without it', undefined, {}],
    ['where it says nothing', {}, {}],
    ['beside what it says', { taskChannels: { email: 'mail' } }, { email: 'mail' }],
  ])('has every default filled in %s', (_title, flex, taskChannels) => {
    const sources = spoil(({ routing }) => {
      routing.flex = flex;
    });
    expect(built<Routing>(sources, 'routing.private.json').flex).toEqual({
      roles: ['agent', 'supervisor', 'admin'],
      origins: [],
      taskChannels: {
        sms: 'sms',
        whatsapp: 'chat',
        chat: 'chat',
        email: 'email',
        messenger: 'chat',
        ...taskChannels,
      },
      customerAccess: 'all',
      knownCustomersOnly: false,
      startsPerHour: { agent: { most: 60, strict: false } },
      taskAttributes: [],
    });
  });
});
