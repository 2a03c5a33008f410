import twilio from 'twilio';
import { Conversations } from '../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../simulator/twilio/rest-api';
import { inProcess } from './in-process';
import { TwilioOpenApi } from './openapi';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

let rest: RestApi;
let v1: twilio.Twilio['serverless']['v1'];
let problems: string[];
beforeEach(() => {
  rest = new RestApi(new Conversations({ accountSid, authToken }));
  problems = [];
  rest.onRequest(({ request, answer }) => {
    if (answer && request.host === 'serverless.twilio.com') problems.push(...openApi.check(request, answer));
  });
  v1 = twilio(accountSid, authToken, { httpClient: inProcess(rest) }).serverless.v1;
});
afterEach(() => expect(problems).toEqual([]));

const create = (uniqueName = 'callbacks') => v1.services.create({ uniqueName, friendlyName: 'Callbacks' });
const createEnvironment = async () => {
  const service = v1.services((await create()).sid);
  const { sid } = await service.environments.create({ uniqueName: 'dev-environment', domainSuffix: 'dev' });
  return { service, environment: service.environments(sid) };
};

/** Uploads as the toolkit does: a form with a file, to the other host. */
async function upload(
  service: string,
  kind: 'Functions' | 'Assets',
  { path = '/a', visibility = 'private', content = Buffer.from('x') } = {},
) {
  const source = rest.serverless.createSource(service, kind, path);
  const part = (name: string, value: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
      value,
      Buffer.from('\r\n'),
    ]);
  const credentials = Buffer.from(`${accountSid}:${authToken}`).toString('base64');
  const { status, body } = await rest.handle({
    method: 'POST',
    host: 'serverless-upload.twilio.com',
    path: `/v1/Services/${service}/${kind}/${source.sid}/Versions`,
    query: {},
    form: {},
    body: Buffer.concat([
      part('Path', Buffer.from(path)),
      part('Visibility', Buffer.from(visibility)),
      part('Content', content),
      Buffer.from('--edge--\r\n'),
    ]),
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'multipart/form-data; boundary=edge' },
  });
  return { status, body: body as { sid: string; code?: number; message: string } };
}

describe('the Serverless API of the local Twilio', () => {
  it('has services and environments, each with its name once', async () => {
    const created = await create();
    expect(await v1.services('callbacks').fetch()).toMatchObject({ sid: created.sid });
    await expect(create()).rejects.toMatchObject({ status: 409 });
    const { environments } = v1.services(created.sid);
    const environment = await environments.create({ uniqueName: 'dev-environment', domainSuffix: 'dev' });
    expect(environment).toMatchObject({ domainName: `callbacks-${created.sid.slice(-4)}-dev.twil.io` });
    await expect(environments.create({ uniqueName: 'other', domainSuffix: 'dev' })).rejects.toMatchObject({
      status: 409,
      message: 'Environment with this UniqueName or DomainSuffix already exists.',
    });
    await expect(v1.services(`ZS${'1'.repeat(32)}`).fetch()).rejects.toMatchObject({ code: 20404 });
  });

  it('builds what was uploaded byte for byte, and deploys it', async () => {
    const { service, environment } = await createEnvironment();
    const { sid } = await service.fetch();
    const content = Buffer.from([0, 255, 13, 10, 45, 45, 200, 13, 10]);
    const asset = await upload(sid, 'Assets', { path: '/data.json', content });
    const fn = await upload(sid, 'Functions', { path: '/callbacks/crm', visibility: 'protected' });
    expect([asset.status, fn.status]).toEqual([201, 201]);

    const build = await service.builds.create({
      assetVersions: [asset.body.sid],
      functionVersions: [fn.body.sid],
      dependencies: JSON.stringify([{ name: 'twilio', version: '6.2.0' }]),
      runtime: 'node22',
    });
    expect(await service.builds(build.sid).buildStatus().fetch()).toMatchObject({ status: 'completed' });
    expect(await service.builds(build.sid).fetch()).toMatchObject({
      functionVersions: [{ path: '/callbacks/crm', visibility: 'protected' }],
      dependencies: [{ name: 'twilio', version: '6.2.0' }],
    });
    const [uploaded] = rest.serverless.build(sid, build.sid).asset_versions;
    expect(uploaded && rest.serverless.contentOf(uploaded).equals(content)).toBe(true);

    await environment.deployments.create({ buildSid: build.sid });
    expect(await environment.fetch()).toMatchObject({ buildSid: build.sid });
    expect(await environment.deployments.list()).toMatchObject([{ buildSid: build.sid }]);
    expect(await environment.logs.list()).toEqual([]);
  });

  it('creates, changes and removes variables', async () => {
    const { environment } = await createEnvironment();
    const { sid } = await environment.variables.create({ key: 'KEY', value: 'one' });
    await expect(environment.variables.create({ key: 'KEY', value: 'two' })).rejects.toMatchObject({
      status: 409,
    });
    await environment.variables(sid).update({ value: 'two' });
    expect(await environment.variables.list()).toMatchObject([{ key: 'KEY', value: 'two' }]);
    await environment.variables(sid).remove();
    expect(await environment.variables.list()).toEqual([]);
  });

  it.each([
    ['K'.repeat(129), 'x', 'Key is longer than 128 characters'],
    ['KEY', 'é'.repeat(226), 'Value is longer than 450 bytes'],
  ])('rejects the variable %s', async (key, value, message) => {
    const { environment } = await createEnvironment();
    await expect(environment.variables.create({ key, value })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining(message),
    });
  });

  it('rejects variables of more than 3 KB together', async () => {
    const { environment } = await createEnvironment();
    for (let i = 0; i < 6; i++)
      await environment.variables.create({ key: `KEY_${i}`, value: 'x'.repeat(450) });
    await expect(
      environment.variables.create({ key: 'KEY_6', value: 'x'.repeat(450) }),
    ).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('together are longer than 3072 bytes'),
    });
  });

  it('rejects a private asset over 10 MB, and a build of more than 50 functions', async () => {
    const { sid } = await create();
    const large = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect(await upload(sid, 'Assets', { content: large })).toMatchObject({ status: 400 });
    const functionVersions: string[] = [];
    for (let i = 0; i < 51; i++) {
      functionVersions.push((await upload(sid, 'Functions', { path: `/f${i}` })).body.sid);
    }
    await expect(v1.services(sid).builds.create({ functionVersions })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('A build can have at most 50 function versions, and this one has 51'),
    });
  });
});
