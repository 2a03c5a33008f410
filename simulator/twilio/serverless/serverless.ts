import { invalid, notFound, TwilioError } from '../http/errors';
import { assignGiven, newDates } from '../http/resource';
import { newSid } from '../http/sids';
import { requireBuildSize, requireFileSize, requireRoom, requireVariables } from './limits';
import {
  type Build,
  type Dependency,
  type Deployment,
  type Environment,
  type LogEntry,
  newBuild,
  newDeployment,
  newEnvironment,
  newLogEntry,
  newService,
  newSource,
  newVariable,
  newVersion,
  type Service,
  type Source,
  type Variable,
  type Version,
  type Visibility,
} from './resources';

export type SourceKind = 'Functions' | 'Assets';

/** A build that an environment serves. */
export interface Release {
  service: Service;
  environment: Environment;
  build: Build;
  /** The text of a version. */
  contentOf(version: Version): Buffer;
}

/** A line that a deployed function wrote. */
export interface WrittenLine {
  level: string;
  message: string;
  /** The function's URL path. */
  path: string;
}

/** What serves the builds. Without it, the API answers, and nothing is served. */
export interface Hosting {
  /** @returns whether a package can be put beside the functions; a build fails without it */
  canInstall(name: string): boolean;
  /** @returns the new environment's host name, as Twilio would give it one in `twil.io` */
  open(service: Service, suffix: string | null): Promise<string>;
  /** Takes a build into service, in place of the one before it. */
  activate(release: Release): Promise<void>;
  /** Sets the environment variables of what is served. */
  configure(environment: Environment, variables: Record<string, string>): void;
}

const noHosting: Hosting = {
  canInstall: () => true,
  open: async ({ domain_base }, suffix) => `${domain_base}${suffix === null ? '' : `-${suffix}`}.twil.io`,
  activate: async () => {},
  configure: () => {},
};

/** How many log entries of an environment are kept. */
const longestLog = 1_000;

/**
 * Twilio's Serverless API, as far as the toolkit uses it.
 *
 * @see https://www.twilio.com/docs/serverless/api
 */
export class Serverless {
  hosting: Hosting = noHosting;
  readonly #accountSid: string;
  #services: Service[] = [];
  #environments: Environment[] = [];
  #sources: { kind: SourceKind; source: Source }[] = [];
  #versions: { sourceSid: string; version: Version; content: Buffer }[] = [];
  #builds: Build[] = [];
  #deployments: Deployment[] = [];
  #variables: Variable[] = [];
  #logs: LogEntry[] = [];

  constructor(accountSid: string) {
    this.#accountSid = accountSid;
  }

  /** All lists have the newest first. */
  services(): Service[] {
    return newestFirst(this.#services);
  }

  /** @throws TwilioError 404 */
  service(sidOrName: string): Service {
    const found = this.#services.find(({ sid, unique_name }) => [sid, unique_name].includes(sidOrName));
    return found ?? fail(`/Services/${sidOrName}`);
  }

  /** @throws TwilioError 409 for a name that is taken */
  createService(given: Parameters<typeof newService>[1]): Service {
    if (this.#services.some(({ unique_name }) => unique_name === given.uniqueName)) {
      throw new TwilioError(409, 20409, 'Service with this UniqueName already exists.');
    }
    requireRoom('services', this.#services.length);
    return add(this.#services, newService(this.#accountSid, given));
  }

  environments(serviceSid: string): Environment[] {
    return newestFirst(this.#of(serviceSid, this.#environments));
  }

  /** @throws TwilioError 404 */
  environment(serviceSid: string, sidOrName: string): Environment {
    const found = this.environments(serviceSid).find(({ sid, unique_name }) =>
      [sid, unique_name].includes(sidOrName),
    );
    return found ?? fail(`/Services/${serviceSid}/Environments/${sidOrName}`);
  }

  /** @throws TwilioError 409 for a name or a suffix that is taken */
  async createEnvironment(
    serviceSid: string,
    uniqueName: string,
    domainSuffix: string | null,
  ): Promise<Environment> {
    const service = this.service(serviceSid);
    const present = this.environments(service.sid);
    const isTaken = present.some(
      (one) => one.unique_name === uniqueName || one.domain_suffix === domainSuffix,
    );
    // See https://github.com/RJPearson94/terraform-provider-twilio/issues/78
    if (isTaken) {
      throw new TwilioError(409, 20409, 'Environment with this UniqueName or DomainSuffix already exists.');
    }
    requireRoom('environments', present.length);
    const domainName = await this.hosting.open(service, domainSuffix);
    return add(this.#environments, newEnvironment(service, { uniqueName, domainSuffix, domainName }));
  }

  sources(serviceSid: string, kind: SourceKind): Source[] {
    const all = this.#sources.filter((one) => one.kind === kind).map(({ source }) => source);
    return newestFirst(this.#of(serviceSid, all));
  }

  /** @throws TwilioError 404 */
  source(serviceSid: string, kind: SourceKind, sid: string): Source {
    const found = this.sources(serviceSid, kind).find((one) => one.sid === sid);
    return found ?? fail(`/Services/${serviceSid}/${kind}/${sid}`);
  }

  createSource(serviceSid: string, kind: SourceKind, friendlyName: string): Source {
    return add(this.#sources, { kind, source: newSource(this.service(serviceSid), kind, friendlyName) })
      .source;
  }

  versions(serviceSid: string, kind: SourceKind, sourceSid: string): Version[] {
    const { sid } = this.source(serviceSid, kind, sourceSid);
    return newestFirst(this.#versions.filter((one) => one.sourceSid === sid).map(({ version }) => version));
  }

  contentOf(version: Version): Buffer {
    return this.#versions.find((one) => one.version === version)?.content ?? Buffer.alloc(0);
  }

  /** Uploads a version. @throws TwilioError 400 for a path, visibility or size that is not allowed */
  upload(
    serviceSid: string,
    kind: SourceKind,
    sourceSid: string,
    given: { path: string; visibility: string; content: Buffer },
  ): Version {
    const source = this.source(serviceSid, kind, sourceSid);
    const { path, visibility, content } = given;
    if (!isVisibility(visibility)) throw invalid('Visibility must be one of: public, private, protected');
    if (!/^\/[^;,?:@+&$()'" #]{1,254}$/.test(path)) throw invalid('Path is not valid');
    requireFileSize(visibility, content);
    const version = newVersion(source, kind, { path, visibility });
    this.#versions.push({ sourceSid: source.sid, version, content });
    return version;
  }

  builds(serviceSid: string): Build[] {
    return newestFirst(this.#of(serviceSid, this.#builds));
  }

  /** @throws TwilioError 404 */
  build(serviceSid: string, sid: string): Build {
    return (
      this.builds(serviceSid).find((one) => one.sid === sid) ?? fail(`/Services/${serviceSid}/Builds/${sid}`)
    );
  }

  /** Makes a build. It fails, as on Twilio, if a dependency cannot be installed. */
  createBuild(
    serviceSid: string,
    given: {
      functionVersions: string[];
      assetVersions: string[];
      dependencies: Dependency[];
      runtime: string;
    },
  ): Build {
    const service = this.service(serviceSid);
    const find = (sid: string): Version => {
      const found = this.#versions.find(
        ({ version }) => version.sid === sid && version.service_sid === service.sid,
      );
      return found?.version ?? fail(`/Versions/${sid}`);
    };
    const functionVersions = given.functionVersions.map(find);
    const assetVersions = given.assetVersions.map(find);
    const all = [...functionVersions, ...assetVersions];
    requireBuildSize(
      functionVersions,
      assetVersions,
      all.reduce((sum, one) => sum + this.contentOf(one).length, 0),
    );
    const failed = !given.dependencies.every(({ name }) => this.hosting.canInstall(name));
    const { dependencies, runtime } = given;
    return add(
      this.#builds,
      newBuild(service, { functionVersions, assetVersions, dependencies, runtime, failed }),
    );
  }

  deployments(serviceSid: string, environmentSid: string): Deployment[] {
    const { sid } = this.environment(serviceSid, environmentSid);
    return newestFirst(this.#deployments.filter((one) => one.environment_sid === sid));
  }

  /** Activates a build in an environment, which serves it once this is done. */
  async deploy(serviceSid: string, environmentSid: string, buildSid: string): Promise<Deployment> {
    const service = this.service(serviceSid);
    const environment = this.environment(serviceSid, environmentSid);
    const build = this.build(serviceSid, buildSid);
    if (build.status !== 'completed') throw invalid('The build has failed');
    await this.hosting.activate({
      service,
      environment,
      build,
      contentOf: (version) => this.contentOf(version),
    });
    assignGiven(environment, { build_sid: build.sid, date_updated: newDates().date_updated });
    this.#applyVariables(environment);
    return add(this.#deployments, newDeployment(environment, build.sid));
  }

  variables(serviceSid: string, environmentSid: string): Variable[] {
    const { sid } = this.environment(serviceSid, environmentSid);
    return newestFirst(this.#variables.filter((one) => one.environment_sid === sid));
  }

  /** @throws TwilioError 404 */
  variable(serviceSid: string, environmentSid: string, sid: string): Variable {
    const found = this.variables(serviceSid, environmentSid).find((one) => one.sid === sid);
    return found ?? fail(`/Services/${serviceSid}/Environments/${environmentSid}/Variables/${sid}`);
  }

  /** @throws TwilioError 400 for a variable that is too long, 409 for a key that is taken */
  createVariable(serviceSid: string, environmentSid: string, key: string, value: string): Variable {
    const environment = this.environment(serviceSid, environmentSid);
    const present = this.variables(serviceSid, environmentSid);
    if (present.some((one) => one.key === key)) {
      throw new TwilioError(409, 20409, 'Variable with this Key already exists.');
    }
    requireVariables([...present, { key, value }]);
    const variable = add(this.#variables, newVariable(environment, key, value));
    this.#applyVariables(environment);
    return variable;
  }

  updateVariable(
    serviceSid: string,
    environmentSid: string,
    sid: string,
    change: { key?: string | undefined; value?: string | undefined },
  ): Variable {
    const variable = this.variable(serviceSid, environmentSid, sid);
    const others = this.variables(serviceSid, environmentSid).filter((one) => one !== variable);
    requireVariables([...others, { key: change.key ?? variable.key, value: change.value ?? variable.value }]);
    assignGiven(variable, { ...change, date_updated: newDates().date_updated });
    this.#applyVariables(this.environment(serviceSid, environmentSid));
    return variable;
  }

  removeVariable(serviceSid: string, environmentSid: string, sid: string): void {
    const variable = this.variable(serviceSid, environmentSid, sid);
    this.#variables = this.#variables.filter((one) => one !== variable);
    this.#applyVariables(this.environment(serviceSid, environmentSid));
  }

  logs(serviceSid: string, environmentSid: string): LogEntry[] {
    const { sid } = this.environment(serviceSid, environmentSid);
    return newestFirst(this.#logs.filter((one) => one.environment_sid === sid));
  }

  /** Keeps what a deployed function wrote. */
  addLine({ sid }: Environment, { level, message, path }: WrittenLine): void {
    const environment = this.#environments.find((one) => one.sid === sid);
    const deployment = environment && this.#deployments.findLast((one) => one.environment_sid === sid);
    const build = this.#builds.find((one) => one.sid === environment?.build_sid);
    const version = build?.function_versions.find((one) => one.path === path);
    if (!environment || !deployment || !version || !('function_sid' in version)) return;
    const sids = {
      deploymentSid: deployment.sid,
      functionSid: version.function_sid,
      requestSid: newSid('RQ'),
    };
    this.#logs.push(newLogEntry(environment, { ...sids, level, message }));
    if (this.#logs.length > longestLog) this.#logs.shift();
  }

  #of<T extends { service_sid: string }>(serviceSid: string, all: readonly T[]): T[] {
    const { sid } = this.service(serviceSid);
    return all.filter((one) => one.service_sid === sid);
  }

  #applyVariables(environment: Environment): void {
    const variables = this.#variables.filter((one) => one.environment_sid === environment.sid);
    this.hosting.configure(environment, Object.fromEntries(variables.map(({ key, value }) => [key, value])));
  }
}

function newestFirst<T>(all: readonly T[]): T[] {
  return [...all].reverse();
}

function add<T>(all: T[], one: T): T {
  all.push(one);
  return one;
}

function fail(path: string): never {
  throw notFound(path);
}

function isVisibility(text: string): text is Visibility {
  return ['public', 'protected', 'private'].includes(text);
}
