import twilio from 'twilio';
import { LocalTwilio } from '../../simulator/local-twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { root } from './local';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

let state: Conversations;
let rest: RestApi;
let client: twilio.Twilio;
let problems: string[];
beforeEach(() => {
  state = new Conversations({ accountSid, authToken });
  rest = new RestApi(state);
  problems = [];
  rest.onRequest(({ request, answer }) => {
    if (answer) problems.push(...openApi.check(request, answer));
  });
  client = twilio(accountSid, authToken, { httpClient: inProcess(rest) });
});
afterEach(() => expect(problems).toEqual([]));

describe('what an account has besides conversations, by the unmodified SDK', () => {
  it('has Messaging Services with phone numbers', async () => {
    const { sid } = rest.messagingServices.add({ inbound_request_url: 'https://example.com/in' }, [
      '+16465550190',
    ]);
    const { v1 } = client.messaging;
    const [service, ...others] = await v1.services.list();
    expect(service).toMatchObject({ sid, inboundRequestUrl: 'https://example.com/in' });
    expect(others).toEqual([]);
    const numbers = await v1.services(sid).phoneNumbers.list();
    expect(numbers.map(({ phoneNumber }) => phoneNumber)).toEqual(['+16465550190']);
    const unknown = v1.services(`MG${'9'.repeat(32)}`).phoneNumbers.list();
    await expect(unknown).rejects.toMatchObject({ status: 404, code: 20404 });
  });

  it("has Flex's workspace, workflow and queue", async () => {
    const { workspaceSid, workflowSid, queueSid } = rest.taskRouter.workspace;
    const { v1 } = client.taskrouter;
    expect((await v1.workspaces.list()).map(({ sid }) => sid)).toEqual([workspaceSid]);
    const workspace = v1.workspaces(workspaceSid);
    expect((await workspace.workflows.list()).map(({ sid }) => sid)).toEqual([workflowSid]);
    expect((await workspace.taskQueues.list()).map(({ sid }) => sid)).toEqual([queueSid]);
  });

  it('has webhooks whose URLs and filters can be cleared', async () => {
    const webhooks = () => client.conversations.v1.configuration.webhooks();
    await webhooks().update({ preWebhookUrl: 'https://example.com/a', filters: ['onConversationAdd'] });
    expect(await webhooks().update({ preWebhookUrl: '', filters: [''] })).toMatchObject({
      preWebhookUrl: null,
      filters: [],
    });
  });

  it.each([
    ['missing', 404, 20404],
    ['forbidden', 403, 20403],
  ] as const)('may not have Conversations: its API is %s', async (access, status, code) => {
    rest.account.access = access;
    const { v1 } = client.conversations;
    await expect(v1.configuration().fetch()).rejects.toMatchObject({ status, code });
    expect(await client.incomingPhoneNumbers.list()).toEqual([]);
  });
});

describe('the webhooks that the local Twilio sends', () => {
  const local = new LocalTwilio({
    root,
    ports: { functions: 1, console: 2, proxy: 3 },
    onOutput: () => undefined,
  });
  const { parts } = local;
  const sendTo = (name: string) => parts.webhooks.send({ name, fields: {}, trace: 'x' });

  it("go to the Frontline Console's URLs", async () => {
    const { frontlineUrls } = parts.settings.current;
    expect(frontlineUrls).toEqual({
      crm: 'http://localhost:1/callbacks/crm',
      outgoingConversation: 'http://localhost:1/callbacks/outgoing-conversation',
      templates: 'http://localhost:1/callbacks/templates',
      routing: 'http://localhost:1/callbacks/routing',
    });
    parts.settings.change({ frontlineUrls: { crm: 'http://localhost:1/mine' } });
    expect(parts.settings.current.frontlineUrls).toEqual({
      ...frontlineUrls,
      crm: 'http://localhost:1/mine',
    });
    expect((await sendTo('GetCustomersList')).url).toBe('http://localhost:1/mine');
    expect((await sendTo('GetTemplatesByCustomerId')).url).toBe(frontlineUrls.templates);
  });

  it("go to the service's URLs where the account has none", async () => {
    const { webhooks } = local.rest.account;
    webhooks.update({ PreWebhookUrl: '', PostWebhookUrl: '' }, []);
    const form = { PreWebhookUrl: 'http://localhost:1/service' };
    webhooks.updateService(local.state.defaultServiceSid, form, ['onConversationAdd']);
    const { entries } = await local.actions.receiveInbound({ from: '+12125550101', body: 'Hi' });
    const sent = entries.flatMap((entry) => (entry.kind === 'webhook' ? [[entry.name, entry.url]] : []));
    expect(sent).toEqual([
      ['onConversationAdd', 'http://localhost:1/service'],
      ['onConversationRoute', parts.settings.current.frontlineUrls.routing],
    ]);
  });
});
