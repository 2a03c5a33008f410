import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { AllowedHosts, type Reach } from '../allowed-hosts';
import { createGateway } from '../gateway';
import { createAppServer, listen, stopServer } from '../listen';
import type { Environment, Service, Visibility } from '../twilio/serverless/resources';
import type { Hosting, Release, WrittenLine } from '../twilio/serverless/serverless';
import { DeployedProcess } from './deployed-process';

export interface LocalHostingOptions {
  /** The project's folder, whose packages the builds use. */
  root: string;
  /** The port of the first environment; each further one takes the next. Any free port where one is taken. */
  port: number;
  reach?: Reach;
  credentials: { ACCOUNT_SID: string; AUTH_TOKEN: string };
  processEnv: Record<string, string>;
  /** How many requests an environment handles at once; the others get 429. undefined: no limit. */
  concurrency(): number | undefined;
  onOutput(line: string): void;
  onLine(environment: Environment, line: WrittenLine): void;
  onActivate(release: Release): void;
}

interface Site {
  server: Server;
  includeCredentials: boolean;
  current: DeployedProcess | undefined;
  access: ReadonlyMap<string, Visibility>;
  variables: Record<string, string>;
}

/** Requests to the build before may take as long as Twilio lets them. */
const drainMs = 11_000;

/** Serves uploaded builds on ports of this machine, each environment behind a gateway of its own. */
export class LocalHosting implements Hosting {
  readonly #options: LocalHostingOptions;
  readonly #sites = new Map<string, Site>();
  readonly #draining = new Set<DeployedProcess>();

  constructor(options: LocalHostingOptions) {
    this.#options = options;
  }

  /** Nothing is downloaded: a package has to be installed in the project. */
  canInstall(name: string): boolean {
    return existsSync(join(this.#options.root, 'node_modules', name, 'package.json'));
  }

  async open({ include_credentials }: Service): Promise<string> {
    const { port: first, reach = {} } = this.#options;
    const hosts = new AllowedHosts(reach);
    const site: Site = {
      server: createAppServer(
        (request) => gateway.fetch(request),
        'The deployed functions cannot be reached',
      ),
      includeCredentials: include_credentials,
      current: undefined,
      access: new Map(),
      variables: {},
    };
    const gateway = createGateway({
      authToken: this.#options.credentials.AUTH_TOKEN,
      hosts,
      accessOf: (path) => site.access.get(path),
      concurrency: this.#options.concurrency,
      target: () => site.current?.target() ?? Promise.reject(new Error('no build is deployed')),
    });
    const wanted = first === 0 ? 0 : first + this.#sites.size;
    const open = (port: number): Promise<number> => listen(site.server, port, '', reach.host);
    const port = await open(wanted).catch(() => open(0));
    const domain = `${hosts.nameInUrls}:${port}`;
    this.#sites.set(domain, site);
    return domain;
  }

  async activate(release: Release): Promise<void> {
    const site = this.#site(release.environment);
    const { root, processEnv, onOutput, onLine, onActivate } = this.#options;
    const next = new DeployedProcess(release, {
      modules: join(root, 'node_modules'),
      processEnv,
      onOutput,
      onLine: (line) => onLine(release.environment, line),
    });
    next.configure(this.#envOf(site));
    try {
      await next.target();
    } catch (error) {
      await next.stop();
      throw error;
    }
    const { function_versions, asset_versions } = release.build;
    const before = site.current;
    site.current = next;
    site.access = new Map(
      [...asset_versions, ...function_versions].map(({ path, visibility }) => [path, visibility]),
    );
    if (before) this.#drain(before);
    onActivate(release);
  }

  configure(environment: Environment, variables: Record<string, string>): void {
    const site = this.#site(environment);
    site.variables = variables;
    site.current?.configure(this.#envOf(site));
  }

  /** Stops everything, also what is still being answered. */
  async stop(): Promise<void> {
    const sites = [...this.#sites.values()];
    const processes = [...this.#draining, ...sites.flatMap(({ current }) => current ?? [])];
    await Promise.all([
      ...sites.map(({ server }) => stopServer(server)),
      ...processes.map((one) => one.stop()),
    ]);
  }

  #site({ domain_name }: Environment): Site {
    const site = this.#sites.get(domain_name);
    if (!site) throw new Error(`${domain_name} is not served here`);
    return site;
  }

  #envOf({ includeCredentials, variables }: Site): Record<string, string> {
    return { ...variables, ...(includeCredentials && this.#options.credentials) };
  }

  #drain(before: DeployedProcess): void {
    this.#draining.add(before);
    setTimeout(() => {
      this.#draining.delete(before);
      void before.stop();
    }, drainMs).unref();
  }
}
