import { useWebhooks } from './sent-webhooks';
import { type Answer, json, never } from './stand-in-functions';

const local = useWebhooks();
const { functions, write, webhook } = local;

describe('an outgoing conversation', () => {
  const card = {
    customer_id: '1',
    display_name: 'Ada',
    channels: [
      { type: 'sms', value: '+12125550101' },
      { type: 'whatsapp', value: 'whatsapp:+12125550101' },
    ],
  };
  const start = (channel: 'sms' | 'whatsapp' = 'sms') =>
    local.app.startOutgoing({ worker: 'alice@example.com', customerId: '1', channel }, 't');
  beforeEach(() => {
    functions.answers.GetCustomerDetailsByCustomerId = json({ objects: { customer: card } });
    functions.answers.GetProxyAddress = json({ proxy_address: '+16465550190' });
  });

  it('ends with the customer and the worker in it', async () => {
    const sid = await start();
    expect(
      local.state.participants(sid ?? '').map((one) => one.identity ?? one.messaging_binding?.address),
    ).toEqual(['+12125550101', 'alice@example.com']);
  });

  it.each<[number, string, Answer, 'sms' | 'whatsapp']>([
    [48026, 'without a proxy address', json({}), 'sms'],
    [48026, 'with a malformed proxy address', json({ proxy_address: 'x' }), 'sms'],
    [48027, "with the customer's own address", json({ proxy_address: '+12125550101' }), 'sms'],
    [48029, 'with a WhatsApp proxy for SMS', json({ proxy_address: 'whatsapp:+16465550190' }), 'sms'],
    [
      48030,
      'with a number for WhatsApp that lacks its prefix',
      json({ proxy_address: '+16465550190' }),
      'whatsapp',
    ],
    [48004, 'with an error', json({ code: 'no_proxy_address' }, 404), 'sms'],
    [
      48003,
      'with no JSON',
      (response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{'),
      'sms',
    ],
  ])(
    'fails with Frontline error %d %s, and nothing is left behind',
    async (code, _title, answer, channel) => {
      functions.answers.GetProxyAddress = answer;
      expect(await start(channel)).toBeUndefined();
      expect(local.state.conversations()).toEqual([]);
      expect(local.timeline.entries().at(-1)).toMatchObject({ kind: 'note', state: 'failed' });
      expect(webhook('GetProxyAddress')).toMatchObject({ state: 'failed' });
      const shown = local.timeline
        .entries()
        .flatMap((entry) => ('errorCode' in entry ? [entry.errorCode] : []));
      expect(shown).toContain(code);
    },
  );

  it('fails with 48031 when the pair shares an open conversation already', async () => {
    await write();
    expect(await start()).toBeUndefined();
    expect(local.state.conversations()).toHaveLength(1);
    expect(local.timeline.entries().at(-1)).toMatchObject({ errorCode: 48031, state: 'failed' });
  });

  it('fails with 48005 when no answer comes within 6 s', async () => {
    functions.answers.GetProxyAddress = never;
    expect(await start()).toBeUndefined();
    expect(webhook('GetProxyAddress')).toMatchObject({
      errorCode: 48005,
      problems: [{ field: 'time', problem: 'no answer within 6 s' }],
    });
  });
});
