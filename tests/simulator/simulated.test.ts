import { readFileSync } from 'node:fs';
import { describedOperations, simulatedPage } from '../../simulator/simulated';
import { ApiDescription, type Schema } from '../../simulator/twilio/http/openapi';
import { account, ask, authorization, made, ours, reset, second } from './refusals/account';

const template = `HX${'1'.repeat(32)}`;
const answered = describedOperations().filter(({ isAnswered }) => isAnswered);
const sidIn = ({ body }: { body: object | string }): string => (body as { sid: string }).sid;

/** The SIDs of something of each kind, by the name of its collection. */
let sids: Record<string, string>;
beforeAll(async () => {
  reset();
  const { rest, state } = account;
  const conversation = await made('/Conversations');
  const { workspaceSid, workflowSid, queueSid } = rest.taskRouter.workspace;
  const worker = rest.taskRouter.putWorker('alice');
  const participants = [{ address: '+12125550101', proxy_address: ours }];
  const properties = { workspace_sid: workspaceSid, workflow_sid: workflowSid, queue_sid: queueSid };
  const interaction = rest.flex.createInteraction(
    { type: 'sms', initiated_by: 'agent', participants },
    { properties: { ...properties, worker_sid: worker.sid } },
  );
  rest.content.put({
    sid: template,
    friendlyName: 'one',
    language: 'en',
    text: 'Hi',
    variables: {},
    whatsApp: 'approved',
  });
  rest.phoneNumbers.add(ours);
  rest.frontline.putUser({ identity: 'alice' });
  const services = 'https://serverless.twilio.com/v1/Services';
  const serverless = sidIn(await ask(`POST ${services}`, { UniqueName: 'one', FriendlyName: 'One' }));
  const environment = sidIn(await ask(`POST ${services}/${serverless}/Environments`, { UniqueName: 'dev' }));
  const variable = `${services}/${serverless}/Environments/${environment}/Variables`;
  sids = {
    'serverless Services': serverless,
    Environments: environment,
    Variables: sidIn(await ask(`POST ${variable}`, { Key: 'A', Value: 'b' })),
    'conversations Services': state.defaultServiceSid,
    'sync Services': 'default',
    Documents: sidIn(await ask('POST https://sync.twilio.com/v1/Services/default/Documents')),
    Conversations: conversation,
    Participants: await made(`/Conversations/${conversation}/Participants`, { Identity: 'alice' }),
    Messages: await made(`/Conversations/${conversation}/Messages`, { Body: 'Hi' }),
    'conversations Users': await made('/Users', { Identity: 'bob' }),
    'frontline-api Users': 'alice',
    Addresses: await made('/Configuration/Addresses', { Type: 'sms', Address: ours }),
    Webhooks: await made(`/Conversations/${conversation}/Webhooks`, {
      Target: 'studio',
      'Configuration.FlowSid': `FW${'0'.repeat(32)}`,
    }),
    Roles: `RL${'1'.padStart(32, '0')}`,
    Credentials: await made('/Credentials', { Type: 'fcm' }),
    Interactions: interaction.sid,
    Channels: interaction.channel.sid,
    Workspaces: workspaceSid,
    Keys: rest.apiKeys.create('one').sid,
    PhoneNumbers: ours,
    IncomingPhoneNumbers: rest.phoneNumbers.numbers()[0]?.sid ?? '',
  };
});

describe('docs/simulated.md', () => {
  it('is what npm run simulated writes', () => {
    expect(readFileSync('docs/simulated.md', 'utf8')).toBe(simulatedPage());
  });

  it('has an operation for each route of a described host', () => {
    const hosts = new Set(answered.map(({ host }) => host));
    const routes = account.rest.routes.filter(
      ({ method, path }) =>
        // Twilio describes the check of a Flex token nowhere.
        method !== 'ALL' && hosts.has(path.split('/')[1] ?? '') && !path.endsWith('/Tokens/validate'),
    );
    expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBe(answered.length);
  });
});

describe('each parameter in Twilio’s OpenAPI files', () => {
  const paging = ['PageSize', 'Page', 'PageToken'];
  const withParameters = answered.flatMap(({ host, method, path, operationId, unsupported }) => {
    const api = ApiDescription.of(host);
    const operation = api?.operations().find((one) => one.method === method && one.path === path)?.operation;
    const described = operation && api?.parameters(operation);
    const schemas = { ...described?.query, ...described?.form };
    const names = Object.keys(schemas).filter((name) => !paging.includes(name));
    return names.length > 0 ? [{ host, method, path, operationId, schemas, names, unsupported }] : [];
  });

  it.each(withParameters)(
    'of $operationId at $host is used or refused by name',
    async ({ host, method, path, schemas, names, unsupported }) => {
      const read = new Set<string>();
      const api = ApiDescription.of(host);
      // Nothing is there to be checked before the handler, which finds whatever it asks for.
      const fields = new Proxy<Record<string, string>>(
        {},
        {
          ownKeys: () => [],
          get: (_target, name: string) => {
            read.add(name);
            const schema = schemas[name];
            return schema && !unsupported.includes(name)
              ? sampleOf(name, path, api?.resolve(schema))
              : undefined;
          },
        },
      );
      const filled = path.replace(/(\w+)\/\{\w+\}/g, (_all, collection: string) => {
        const sid =
          sids[`${host.split('.')[0]} ${collection}`] ?? sids[collection] ?? account.state.accountSid;
        return `${collection}/${sid}`;
      });
      const request = {
        method,
        host,
        path: filled,
        query: fields,
        form: fields,
        headers: { authorization: authorization() },
      };
      const { message = '' } = (await account.rest.handle(request)).body as { message?: string };
      const [, missing = 'nothing'] = /resource (\S+) was not found/.exec(message) ?? [];
      expect(filled).not.toContain(missing);
      expect(names.filter((name) => !read.has(name))).toEqual([]);
    },
  );
});

/** A valid value, so that nothing is refused before all parameters are used. */
function sampleOf(name: string, path: string, schema: Schema = {}): string {
  const { state } = account;
  const known: Record<string, string> = {
    EvaluateTaskAttributes: 'a == "b"',
    Ordering: 'DateCreated:asc',
    Channel: 'whatsapp',
    Data: '{}',
    State: 'active',
    Address: second,
    Attributes: '{}',
    Participant: '{"identity":"bob"}',
    RoleSid: `RL${(path.includes('Users') ? '4' : '1').padStart(32, '0')}`,
    MessagingServiceSid: state.defaultMessagingServiceSid,
    DefaultChatServiceSid: state.defaultServiceSid,
    DefaultMessagingServiceSid: state.defaultMessagingServiceSid,
    ContentSid: template,
    ContentVariables: '{}',
    Method: 'POST',
  };
  const text = known[name] ?? schema.enum?.[0];
  if (text !== undefined) return text;
  if (schema.type === 'boolean') return 'true';
  if (name.endsWith('Url')) return 'https://example.com/x';
  if (name.includes('Timer')) return 'PT1H';
  if (name.includes('Date') || name.endsWith('Timestamp')) return '2026-01-01T00:00:00Z';
  if (name.endsWith('Filters')) return 'onMessageAdded';
  return name === 'Permission' ? 'sendMessage' : '1';
}
