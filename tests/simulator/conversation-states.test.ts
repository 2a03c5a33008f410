import { accountSid, authToken, FakeTwilio } from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';

const sid = `CH${'0'.repeat(31)}1`;
const twilio = new FakeTwilio();
const client = createGetTwilioClient(twilio, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken })();
const { participants } = client.conversations.v1.conversations(sid);
const join = (identity: string): Promise<unknown> => participants.create({ identity });

beforeEach(() => twilio.reset());

describe('a conversation that is not active', () => {
  it('refuses participants while it is initializing, and then accepts them', async () => {
    twilio.addConversation({ sid, initializingCalls: 2 });
    for (let call = 0; call < 2; call++)
      await expect(join('alice')).rejects.toMatchObject({ status: 409, code: 50386 });
    await join('alice');
    expect(twilio.state.conversation(sid).state).toBe('active');
  });

  it('refuses every change for as long as it is initializing', async () => {
    twilio.addConversation({ sid, state: 'initializing' }, [{ identity: 'alice' }]);
    const refused = { status: 409, code: 50386 };
    const update = () => client.conversations.v1.conversations(sid).participants('alice').update({});
    for (let call = 0; call < 3; call++) {
      await expect(update()).rejects.toMatchObject(refused);
      await expect(join('bob')).rejects.toMatchObject(refused);
    }
    expect(twilio.workers(sid)).toEqual(['alice']);
  });

  it('refuses participants when it is closed', async () => {
    twilio.addConversation({ sid, state: 'closed' }, [{ identity: 'alice' }]);
    await expect(join('bob')).rejects.toMatchObject({ status: 400, code: 50377 });
    expect(twilio.workers(sid)).toEqual(['alice']);
  });
});
