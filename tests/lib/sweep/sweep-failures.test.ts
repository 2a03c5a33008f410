import { SweptAccount, sidOf } from './swept-account';

describe('a sweep while Twilio fails', () => {
  const list = { method: 'GET', path: '/v1/Conversations/*/Participants' };

  it('goes on with the others after a refusal, and reports it', async () => {
    const account = new SweptAccount();
    const [broken, fine] = [account.addInbound(1), account.addInbound(2)];
    account.twilio.fail(
      { method: 'GET', path: `/v1/Conversations/${broken}/Participants` },
      { status: 400, code: 20_001 },
    );
    expect(await account.outcomes()).toMatchObject({
      [broken]: { outcome: 'failed', reason: 'twilio_refused' },
      [fine]: { outcome: 'routed' },
    });
  });

  it('waits after 429, and routes all the same', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1);
    account.twilio.fail(list, { status: 429, code: 20_429 }, 3);
    expect(await account.outcomes()).toMatchObject({ [sid]: { outcome: 'routed' } });
  });

  it('stops when nothing works any more', async () => {
    const account = new SweptAccount();
    for (let n = 0; n < 20; n++) account.addInbound(n);
    account.twilio.fail(list, { status: 400, code: 20_001 });
    await expect(account.sweep()).rejects.toMatchObject({ code: 'twilio_unavailable' });
  });

  it('tries again what failed where it goes on after an interruption', async () => {
    const account = new SweptAccount();
    for (let n = 0; n < 8; n++) account.addInbound(n);
    account.twilio.fail(
      { method: 'GET', path: `/v1/Conversations/${sidOf(1)}/Participants` },
      { status: 400, code: 20_001 },
      1,
    );
    const first = await account.sweep({}, { limit: 4 });
    expect(first.place?.handled).not.toContain(sidOf(1));
    await account.sweep({}, { from: first.place ?? { handled: [] } });
    for (let n = 0; n < 8; n++) expect(account.twilio.workers(sidOf(n))).toHaveLength(1);
  });

  it('does not take somebody for no worker because Frontline does not answer', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1, [{ identity: 'dave' }]);
    account.twilio.fail({ method: 'GET', path: '/v1/Users/dave' }, { status: 400, code: 20_001 });
    expect(await account.outcomes()).toEqual({ [sid]: { outcome: 'failed', reason: 'twilio_unavailable' } });
    expect(account.twilio.writes).toEqual([]);
  });

  it('begins anew where a page that it wanted to go on with is no longer there', async () => {
    const account = new SweptAccount();
    const sid = account.addInbound(1);
    account.twilio.fail({ method: 'GET', path: '/v1/Conversations' }, { status: 400, code: 20_001 }, 1);
    const page = 'https://conversations.twilio.com/v1/Conversations?State=active&PageToken=old';
    const { swept } = await account.sweep({}, { from: { page, handled: [] } });
    expect(swept).toMatchObject([{ sid, outcome: 'routed' }]);
  });
});
