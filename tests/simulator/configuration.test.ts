import twilio from 'twilio';
import type { ActionResult } from '../../simulator/api';
import { inProcess } from './in-process';
import { useLocal, webhooks } from './local-over-http';

const { running, api } = useLocal();

describe('the configuration by REST', () => {
  const sdk = (): twilio.Twilio => {
    const { accountSid, authToken } = running.local.state;
    return twilio(accountSid, authToken, { httpClient: inProcess(running.local.rest) });
  };

  it('decides which webhooks are sent, and where to', async () => {
    const webhooks_ = sdk().conversations.v1.configuration.webhooks();
    const before = await webhooks_.fetch();
    expect(before).toMatchObject({
      filters: ['onConversationAdd', 'onParticipantAdded'],
      preWebhookUrl: `${running.functions}/callbacks/conversations`,
    });
    await webhooks_.update({
      filters: ['onParticipantAdded'],
      postWebhookUrl: 'https://example.com/elsewhere',
    });
    const { entries } = await api<ActionResult>('POST', '/api/inbound', { from: '+12125550102', body: 'Hi' });
    await webhooks_.update({ filters: before.filters, postWebhookUrl: before.postWebhookUrl });
    const [participant, route] = webhooks(entries);
    expect(participant).toMatchObject({
      name: 'onParticipantAdded',
      url: 'https://example.com/elsewhere',
      body: 'https://example.com/elsewhere is not on this machine: nothing is sent there',
    });
    expect(route).toMatchObject({ name: 'onConversationRoute', status: 200 });
  });

  it('can send webhooks by GET, which the functions answer as well', async () => {
    const webhooks_ = sdk().conversations.v1.configuration.webhooks();
    await webhooks_.update({ method: 'GET' });
    const from = '+12125550101';
    const { entries, conversationSid } = await api<ActionResult>('POST', '/api/inbound', {
      from,
      body: 'Hi',
    });
    await webhooks_.update({ method: 'POST' });
    expect(webhooks(entries).map(({ name, method, status }) => [name, method, status])).toEqual([
      ['onConversationAdd', 'GET', 200],
      ['onParticipantAdded', 'GET', 200],
      ['onConversationRoute', undefined, 200],
    ]);
    const [customer] = running.conversation(conversationSid ?? '').participants;
    expect(customer?.attributes).toMatchObject({ customer_id: '1001' });
  });

  it('decides whether a message creates a conversation', async () => {
    const address = sdk().conversations.v1.addressConfigurations('+16465550190');
    await address.update({ 'autoCreation.enabled': false });
    const { conversationSid } = await api<ActionResult>('POST', '/api/inbound', {
      from: '+12125550102',
      body: 'Hi',
    });
    await address.update({ 'autoCreation.enabled': true });
    expect(conversationSid).toBeUndefined();
    expect(running.local.state.conversations()).toEqual([]);
  });

  it('sends the webhook of a participant added by REST only when the header asks for it', async () => {
    const { conversations } = sdk().conversations.v1;
    const { sid } = await conversations.create({});
    const customer = {
      'messagingBinding.address': '+12125550101',
      'messagingBinding.proxyAddress': '+16465550190',
    };
    await conversations(sid).participants.create({ identity: 'bob@example.com' });
    await conversations(sid).participants.create({ ...customer, xTwilioWebhookEnabled: 'true' });
    const told = (): number =>
      webhooks(running.local.timeline.entries()).filter((one) => one.status === 200).length;
    while (told() === 0) await new Promise((done) => setTimeout(done, 20));
    expect(webhooks(running.local.timeline.entries())).toHaveLength(1);
    const found = running.conversation(sid).participants.find(({ address }) => address === '+12125550101');
    expect(found?.attributes).toMatchObject({ customer_id: '1001' });
  });
});
