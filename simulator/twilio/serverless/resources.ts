import { newDates } from '../http/resource';
import { newSid } from '../http/sids';

export type Visibility = 'public' | 'protected' | 'private';

/** The resources of Twilio's Serverless API, as served. */
export type Service = ReturnType<typeof newService>;
export type Environment = ReturnType<typeof newEnvironment>;
export type Source = ReturnType<typeof newSource>;
export type Version = ReturnType<typeof newVersion>;
export type Build = ReturnType<typeof newBuild>;
export type Deployment = ReturnType<typeof newDeployment>;
export type Variable = ReturnType<typeof newVariable>;
export type LogEntry = ReturnType<typeof newLogEntry>;

export interface Dependency {
  name: string;
  version: string;
}

const api = 'https://serverless.twilio.com/v1/Services';

function linksOf(url: string, names: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(names).map(([name, path]) => [name, `${url}/${path}`]));
}

export function newService(
  account_sid: string,
  given: { uniqueName: string; friendlyName: string; includeCredentials: boolean; uiEditable: boolean },
) {
  const sid = newSid('ZS');
  const url = `${api}/${sid}`;
  const names = { environments: 'Environments', functions: 'Functions', assets: 'Assets', builds: 'Builds' };
  return {
    sid,
    account_sid,
    friendly_name: given.friendlyName,
    unique_name: given.uniqueName,
    include_credentials: given.includeCredentials,
    ui_editable: given.uiEditable,
    domain_base: `${given.uniqueName}-${sid.slice(-4)}`,
    ...newDates(),
    url,
    links: linksOf(url, names),
  };
}

export function newEnvironment(
  service: Service,
  given: { uniqueName: string; domainSuffix: string | null; domainName: string },
) {
  const sid = newSid('ZE');
  const url = `${service.url}/Environments/${sid}`;
  return {
    sid,
    account_sid: service.account_sid,
    service_sid: service.sid,
    build_sid: null as string | null,
    unique_name: given.uniqueName,
    domain_suffix: given.domainSuffix,
    domain_name: given.domainName,
    ...newDates(),
    url,
    links: linksOf(url, { variables: 'Variables', deployments: 'Deployments', logs: 'Logs' }),
  };
}

/** A function or an asset: what its versions have in common. */
export function newSource(service: Service, kind: 'Functions' | 'Assets', friendly_name: string) {
  const sid = newSid('ZH');
  const url = `${service.url}/${kind}/${sid}`;
  return {
    sid,
    account_sid: service.account_sid,
    service_sid: service.sid,
    friendly_name,
    ...newDates(),
    url,
    links: linksOf(
      url,
      kind === 'Functions' ? { function_versions: 'Versions' } : { asset_versions: 'Versions' },
    ),
  };
}

export function newVersion(
  source: Source,
  kind: 'Functions' | 'Assets',
  given: { path: string; visibility: Visibility },
) {
  const sid = newSid('ZN');
  const url = `${source.url}/Versions/${sid}`;
  const { account_sid, service_sid } = source;
  const common = { sid, account_sid, service_sid, ...given, date_created: newDates().date_created, url };
  return kind === 'Functions'
    ? { ...common, function_sid: source.sid, links: linksOf(url, { function_version_content: 'Content' }) }
    : { ...common, asset_sid: source.sid };
}

export function newBuild(
  service: Service,
  given: {
    functionVersions: Version[];
    assetVersions: Version[];
    dependencies: Dependency[];
    runtime: string;
    failed: boolean;
  },
) {
  const sid = newSid('ZB');
  const url = `${service.url}/Builds/${sid}`;
  return {
    sid,
    account_sid: service.account_sid,
    service_sid: service.sid,
    status: given.failed ? 'failed' : 'completed',
    asset_versions: given.assetVersions,
    function_versions: given.functionVersions,
    dependencies: given.dependencies,
    runtime: given.runtime,
    ...newDates(),
    url,
    links: linksOf(url, { build_status: 'Status' }),
  };
}

export function newDeployment(environment: Environment, build_sid: string | null) {
  const sid = newSid('ZD');
  return {
    sid,
    account_sid: environment.account_sid,
    service_sid: environment.service_sid,
    environment_sid: environment.sid,
    build_sid,
    ...newDates(),
    url: `${environment.url}/Deployments/${sid}`,
  };
}

export function newVariable(environment: Environment, key: string, value: string) {
  const sid = newSid('ZV');
  return {
    sid,
    account_sid: environment.account_sid,
    service_sid: environment.service_sid,
    environment_sid: environment.sid,
    key,
    value,
    ...newDates(),
    url: `${environment.url}/Variables/${sid}`,
  };
}

export function newLogEntry(
  environment: Environment,
  given: { deploymentSid: string; functionSid: string; requestSid: string; level: string; message: string },
) {
  const sid = newSid('NO');
  return {
    sid,
    account_sid: environment.account_sid,
    service_sid: environment.service_sid,
    environment_sid: environment.sid,
    build_sid: environment.build_sid,
    deployment_sid: given.deploymentSid,
    function_sid: given.functionSid,
    request_sid: given.requestSid,
    level: given.level,
    message: given.message,
    date_created: newDates().date_created,
    url: `${environment.url}/Logs/${sid}`,
  };
}
