import { type Context, Hono } from 'hono';
import { answer, type RestEnv } from '../http/app';
import { invalid } from '../http/errors';
import { readMultipart } from '../http/multipart';
import { page } from '../http/paging';
import { readBoolean } from '../http/resource';
import type { Dependency } from './resources';
import type { Serverless, SourceKind } from './serverless';

const service = '/Services/:service' as const;
const environment = `${service}/Environments/:environment` as const;
const kinds = [
  { kind: 'Functions', key: 'functions', versions: 'function_versions' },
  { kind: 'Assets', key: 'assets', versions: 'asset_versions' },
] as const;

/** The routes of `serverless.twilio.com`: what the toolkit and the SDK use to deploy. */
export function serverlessRoutes(serverless: Serverless): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  app.get('/Services', (c) => answer(c, page(c, 'services', serverless.services())));
  app.post('/Services', (c) => {
    const { UniqueName = '', FriendlyName = '', IncludeCredentials, UiEditable } = c.env.form;
    const given = { uniqueName: UniqueName, friendlyName: FriendlyName };
    const includeCredentials = readBoolean(IncludeCredentials) ?? true;
    const uiEditable = readBoolean(UiEditable) ?? false;
    return answer(c, serverless.createService({ ...given, includeCredentials, uiEditable }), 201);
  });
  app.get(service, (c) => answer(c, serverless.service(c.req.param('service'))));
  for (const { kind, key, versions } of kinds) addSources(app, serverless, kind, key, versions);
  addBuilds(app, serverless);
  addEnvironments(app, serverless);
  addVariables(app, serverless);
  return app;
}

/**
 * The routes of `serverless-upload.twilio.com`, which Twilio's OpenAPI files do not describe.
 *
 * @see https://www.twilio.com/docs/serverless/api/resource/function-version#create-a-functionversion-resource
 */
export function uploadRoutes(serverless: Serverless): Hono<RestEnv> {
  const app = new Hono<RestEnv>();
  for (const { kind } of kinds) {
    app.post(`${service}/${kind}/:source/Versions`, (c) => {
      const { service: serviceSid, source } = c.req.param();
      return answer(c, serverless.upload(serviceSid, kind, source, readUpload(c)), 201);
    });
  }
  return app;
}

function readUpload({ env: { body, headers } }: Context<RestEnv>) {
  const parts = readMultipart(body ?? Buffer.alloc(0), headers['content-type'] ?? '');
  const read = (name: string): Buffer => {
    const part = parts.find((one) => one.name === name);
    if (!part) throw invalid(`Missing required parameter ${name} in the post body`);
    return part.content;
  };
  return {
    path: read('Path').toString(),
    visibility: read('Visibility').toString(),
    content: read('Content'),
  };
}

function addSources(
  app: Hono<RestEnv>,
  serverless: Serverless,
  kind: SourceKind,
  key: string,
  versions: string,
): void {
  app.get(`${service}/${kind}`, (c) =>
    answer(c, page(c, key, serverless.sources(c.req.param('service'), kind))),
  );
  app.post(`${service}/${kind}`, (c) => {
    const name = c.env.form.FriendlyName ?? '';
    return answer(c, serverless.createSource(c.req.param('service'), kind, name), 201);
  });
  const one = `${service}/${kind}/:source` as const;
  app.get(one, (c) => {
    const { service: serviceSid, source } = c.req.param();
    return answer(c, serverless.source(serviceSid, kind, source));
  });
  app.get(`${one}/Versions`, (c) => {
    const { service: serviceSid, source } = c.req.param();
    return answer(c, page(c, versions, serverless.versions(serviceSid, kind, source)));
  });
}

function addBuilds(app: Hono<RestEnv>, serverless: Serverless): void {
  app.get(`${service}/Builds`, (c) =>
    answer(c, page(c, 'builds', serverless.builds(c.req.param('service')))),
  );
  app.post(`${service}/Builds`, (c) => {
    const { form, lists } = c.env;
    const read = (name: string): string[] => lists?.[name] ?? (form[name] ? [form[name]] : []);
    const build = serverless.createBuild(c.req.param('service'), {
      functionVersions: read('FunctionVersions'),
      assetVersions: read('AssetVersions'),
      dependencies: readDependencies(form.Dependencies),
      runtime: form.Runtime ?? 'node22',
    });
    return answer(c, build, 201);
  });
  const one = `${service}/Builds/:build` as const;
  app.get(one, (c) => {
    const { service: serviceSid, build } = c.req.param();
    return answer(c, serverless.build(serviceSid, build));
  });
  app.get(`${one}/Status`, (c) => {
    const { service: serviceSid, build: sid } = c.req.param();
    const { account_sid, service_sid, status, url } = serverless.build(serviceSid, sid);
    return answer(c, { sid, account_sid, service_sid, status, url: `${url}/Status` });
  });
}

function addEnvironments(app: Hono<RestEnv>, serverless: Serverless): void {
  app.get(`${service}/Environments`, (c) =>
    answer(c, page(c, 'environments', serverless.environments(c.req.param('service')))),
  );
  app.post(`${service}/Environments`, async (c) => {
    const { UniqueName = '', DomainSuffix } = c.env.form;
    const suffix = DomainSuffix || null;
    return answer(c, await serverless.createEnvironment(c.req.param('service'), UniqueName, suffix), 201);
  });
  app.get(environment, (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    return answer(c, serverless.environment(serviceSid, sid));
  });
  app.get(`${environment}/Deployments`, (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    return answer(c, page(c, 'deployments', serverless.deployments(serviceSid, sid)));
  });
  app.post(`${environment}/Deployments`, async (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    const { BuildSid } = c.env.form;
    if (!BuildSid) throw invalid('Missing required parameter BuildSid in the post body');
    return answer(c, await serverless.deploy(serviceSid, sid, BuildSid), 201);
  });
  app.get(`${environment}/Logs`, (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    const { FunctionSid } = c.env.query;
    const logs = serverless.logs(serviceSid, sid);
    const asked = FunctionSid ? logs.filter((one) => one.function_sid === FunctionSid) : logs;
    return answer(c, page(c, 'logs', asked));
  });
}

function addVariables(app: Hono<RestEnv>, serverless: Serverless): void {
  const path = `${environment}/Variables` as const;
  app.get(path, (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    return answer(c, page(c, 'variables', serverless.variables(serviceSid, sid)));
  });
  app.post(path, (c) => {
    const { service: serviceSid, environment: sid } = c.req.param();
    const { Key = '', Value = '' } = c.env.form;
    return answer(c, serverless.createVariable(serviceSid, sid, Key, Value), 201);
  });
  app.post(`${path}/:variable`, (c) => {
    const { service: serviceSid, environment: sid, variable } = c.req.param();
    const { Key: key, Value: value } = c.env.form;
    return answer(c, serverless.updateVariable(serviceSid, sid, variable, { key, value }));
  });
  app.delete(`${path}/:variable`, (c) => {
    const { service: serviceSid, environment: sid, variable } = c.req.param();
    serverless.removeVariable(serviceSid, sid, variable);
    return c.body(null, 204);
  });
}

/** The toolkit sends the JSON between quotation marks. */
function readDependencies(text: string | undefined): Dependency[] {
  if (!text) return [];
  try {
    return JSON.parse(text.replace(/^"(.*)"$/s, '$1')) as Dependency[];
  } catch {
    throw invalid('Dependencies must be a JSON array');
  }
}
