import { addTemplate, expectRefused, template } from './outbound-start';
import { ours, VirtualFlex } from './virtual-flex';

describe('WhatsApp', () => {
  const whatsapp = { channel: 'whatsapp', to: '+12125550101' };
  const variables = { 1: 'Ada', 2: 'Alice' };
  const written = (flex: VirtualFlex, hoursAgo: number, to = ours.whatsapp): void =>
    flex.rest.messageLog.add({
      from: 'whatsapp:+12125550101',
      to,
      body: 'Hello',
      at: new Date(Date.UTC(2026, 0, 1) - hoursAgo * 3_600_000),
    });
  let flex: VirtualFlex;
  beforeEach(() => {
    flex = new VirtualFlex();
  });

  it.each([
    ['never', () => undefined],
    ['25 hours ago', () => written(flex, 25)],
    ['to another of our addresses', () => written(flex, 1, 'whatsapp:+16465550199')],
  ])('accepts no text from us when the customer wrote %s', async (_title, write) => {
    write();
    expect(await flex.asAgent({ ...whatsapp, body: 'Hi' })).toMatchObject({
      status: 422,
      body: { code: 'template_required' },
    });
    expectRefused(flex);
  });

  it('accepts a text within 24 hours', async () => {
    written(flex, 23);
    expect(await flex.asAgent({ ...whatsapp, body: 'Hi' })).toMatchObject({ status: 201 });
  });

  // How Twilio writes them: https://github.com/chatwoot/chatwoot/issues/14048 and pull/12655.
  it.each([
    ['Mexico', '+525512345678', 'whatsapp:+5215512345678', 'whatsapp:+5215512345678'],
    ['Argentina', '+541155550123', 'whatsapp:+5491155550123', 'whatsapp:+5491155550123'],
    ['Brazil', '+5541988887777', 'whatsapp:+554188887777', 'whatsapp:+5541988887777'],
  ])('knows a number of %s as Twilio writes it', async (_country, to, from, address) => {
    flex.routing.flex.allowedCountries = ['AR', 'BR', 'MX'];
    const at = new Date(Date.UTC(2026, 0, 1) - 3_600_000);
    flex.rest.messageLog.add({ from, to: ours.whatsapp, body: 'Hello', at });
    expect(await flex.asAgent({ channel: 'whatsapp', to, body: 'Hi' })).toMatchObject({ status: 201 });
    const [conversation] = flex.openConversations();
    const [customerOf] = flex.state.participants(conversation ?? '');
    expect(customerOf?.messaging_binding?.address).toBe(address);

    // In a conversation that the customer began, Twilio's spelling stays.
    flex.state.updateConversation(
      conversation ?? '',
      { state: 'closed' },
      { source: 'API', webhooks: false },
    );
    const open = flex.state.createConversation({}, { source: 'API', webhooks: false });
    const binding = { address: from, proxyAddress: ours.whatsapp };
    flex.state.addParticipant(open.sid, binding, { source: 'API', webhooks: false });
    const request = { channel: 'whatsapp', to, body: 'Hi again', onActive: 'reuse' };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 200,
      body: { reused: true, conversationSid: open.sid },
    });
  });

  it('accepts an approved template at any time', async () => {
    addTemplate(flex);
    const request = { ...whatsapp, contentSid: template, contentVariables: JSON.stringify(variables) };
    expect(await flex.asAgent(request)).toMatchObject({ status: 201 });
    expect(flex.messages()).toMatchObject([{ body: 'Hello Ada, this is Alice.', content_sid: template }]);
  });

  it('accepts a template that is not approved within 24 hours only', async () => {
    addTemplate(flex, 'pending');
    const request = { ...whatsapp, contentSid: template, contentVariables: variables };
    expect(await flex.asAgent(request)).toMatchObject({
      status: 422,
      body: { code: 'template_not_approved' },
    });
    expectRefused(flex);
    written(flex, 1);
    expect(await flex.asAgent(request)).toMatchObject({ status: 201 });
  });

  it('is not sent a template with a missing variable, nor an unknown one', async () => {
    const request = { ...whatsapp, contentSid: template, contentVariables: { 1: 'Ada' } };
    expect(await flex.asAgent(request)).toMatchObject({ status: 422, body: { code: 'template_not_found' } });
    addTemplate(flex);
    expect(await flex.asAgent(request)).toMatchObject({
      status: 422,
      body: { code: 'template_variables_missing', variables: ['2'] },
    });
    expectRefused(flex);
  });

  it('has the same window for what is written into an open conversation', async () => {
    addTemplate(flex);
    const first = { ...whatsapp, contentSid: template, contentVariables: variables };
    await flex.asAgent(first);
    const reuse = { ...whatsapp, body: 'Hi', onActive: 'reuse' };
    expect(await flex.asAgent(reuse)).toMatchObject({ status: 422, body: { code: 'template_required' } });
    written(flex, 0);
    expect(await flex.asAgent(reuse)).toMatchObject({ status: 200 });
  });
});
