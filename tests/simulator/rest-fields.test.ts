import { accountSid, authToken, FakeTwilio } from '../support/fake-twilio';
import { createGetTwilioClient } from '../support/in-process-client';

const sid = `CH${'0'.repeat(31)}1`;
const twilio = new FakeTwilio();
const { v1 } = createGetTwilioClient(twilio, { ACCOUNT_SID: accountSid, AUTH_TOKEN: authToken })()
  .conversations;

beforeEach(() => twilio.reset());

describe('a field of a REST request', () => {
  it('is a list when it is given twice', async () => {
    const filters = ['onConversationAdd', 'onParticipantAdded'];
    await v1.configuration.webhooks().update({ filters });
    expect(await v1.configuration.webhooks().fetch()).toMatchObject({ filters });
  });

  it('has at most 4 KB for attributes, counted in bytes of UTF-8', async () => {
    twilio.addConversation({ sid }, [{ identity: 'alice' }]);
    const { participants } = v1.conversations(sid);
    const update = (length: number) =>
      participants('alice').update({ attributes: JSON.stringify('é'.repeat(length)) });
    expect(await update(2_047)).toMatchObject({ attributes: `"${'é'.repeat(2_047)}"` });
    await expect(update(2_048)).rejects.toMatchObject({ status: 400, code: 50303 });
  });
});
