import type { Needs } from '../../../cli/setup/needs';
import { gb, type Setting, us, useSetting } from './setting';

let setting: Setting;
let needs: Needs;
useSetting((made) => {
  ({ setting, needs } = made);
});

it.each(['missing', 'forbidden'] as const)(
  'setup says that Conversations is not enabled: %s',
  async (access) => {
    setting.rest.account.access = access;
    await expect(setting.plan(needs)).rejects.toThrow('Conversations (classic) is not enabled');
    expect(setting.writes).toEqual([]);
  },
);

it('setup does not take wrong credentials for an account without Conversations', async () => {
  setting.rest.fail({ host: 'api.twilio.com' }, { status: 401, code: 20003, message: 'Authenticate' });
  await expect(setting.plan(needs)).rejects.toMatchObject({ status: 401, message: 'Authenticate' });
  setting.rest.fail(
    { host: 'conversations.twilio.com' },
    { status: 401, code: 20003, message: 'Authenticate' },
  );
  await expect(setting.plan({ ...needs, addresses: [] })).rejects.toMatchObject({ status: 401 });
});

it.each(['account', `IS${'9'.repeat(32)}`])(
  'setup names a conversation service that the account does not have, with the scope %s',
  async (scope) => {
    const serviceSid = `IS${'9'.repeat(32)}`;
    await expect(setting.plan({ ...needs, serviceSid, scope })).rejects.toThrow(
      `The account has no conversation service ${serviceSid}: correct "conversationServiceSid"`,
    );
  },
);

it('setup does without the numbers where the credentials may not list them', async () => {
  setting.rest.fail({ host: 'api.twilio.com' }, { status: 403, code: 20403, message: 'Forbidden' });
  const { notices, changes } = await setting.plan(needs);
  expect(notices).toEqual(['The credentials may not list phone numbers: who answers them was not checked.']);
  expect(changes.map(({ id }) => id)).toEqual(['account', `sms:${us}`, `whatsapp:${us}`, `sms:${gb}`]);
});
