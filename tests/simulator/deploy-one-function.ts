import type { Serverless } from '../../simulator/twilio/serverless/serverless';

/** Deploys a protected function `/hello` that answers `{}`. @returns the domain at which it is served */
export async function deployOneFunction(serverless: Serverless): Promise<string> {
  const given = { uniqueName: 'hello', friendlyName: 'Hello', includeCredentials: true, uiEditable: false };
  const { sid } = serverless.createService(given);
  const environment = await serverless.createEnvironment(sid, 'dev-environment', 'dev');
  const source = serverless.createSource(sid, 'Functions', '/hello');
  const version = serverless.upload(sid, 'Functions', source.sid, {
    path: '/hello',
    visibility: 'protected',
    content: Buffer.from('exports.handler = (context, event, callback) => callback(null, {});'),
  });
  const build = serverless.createBuild(sid, {
    functionVersions: [version.sid],
    assetVersions: [],
    dependencies: [],
    runtime: 'node22',
  });
  await serverless.deploy(sid, environment.sid, build.sid);
  return environment.domain_name;
}
