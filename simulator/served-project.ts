import type { FunctionsOptions } from './functions-process';
import { networkPreload, networkVariable, withoutProxy } from './network/preload';
import { localValues } from './other-project/local-values';
import { type OtherProject, rejectionPreload } from './other-project/read-project';
import { type ProjectData, readProject } from './project-data';
import type { RunningProxy } from './twilio/http/proxy';
import type { RestApi } from './twilio/rest-api';
import { webhookIdPreload } from './webhook-id';

export interface ServedProjectOptions {
  /** The project's folder, built. */
  root: string;
  /** Reads another project, again after each change; this project's own build is read when left out. */
  otherProject?(): OtherProject;
}

/** What the functions' process needs besides the project's own variables. */
interface Surroundings {
  proxy: RunningProxy;
  rest: RestApi;
  account: { accountSid: string; authToken: string; defaultServiceSid: string };
  /** For variables that this project's `.env` has not. */
  defaults: Record<string, string>;
}

/** What is served: this project's build, or another project. */
export class ServedProject {
  readonly #options: ServedProjectOptions;
  #other: OtherProject | undefined;
  #data: ProjectData;

  constructor(options: ServedProjectOptions) {
    this.#options = options;
    this.#data = this.#read();
  }

  get data(): ProjectData {
    return this.#data;
  }

  /** Reads everything again. */
  reload(): void {
    this.#data = this.#read();
  }

  /** @returns how its functions are run: with the local account, and confined */
  processOptions({
    proxy,
    rest,
    account,
    defaults,
  }: Surroundings): Pick<FunctionsOptions, 'env' | 'folders' | 'defaults' | 'processEnv' | 'preloads'> {
    const credentials = { ACCOUNT_SID: account.accountSid, AUTH_TOKEN: account.authToken };
    const isOther = this.#other !== undefined;
    return {
      env: () => ({ ...this.#otherVariables(rest, account), ...credentials, ...withoutProxy }),
      folders: this.#other,
      defaults: isOther ? {} : defaults,
      processEnv: { ...withoutProxy, NODE_EXTRA_CA_CERTS: proxy.caFile, [networkVariable]: proxy.url },
      preloads: [webhookIdPreload, networkPreload, ...(isOther ? [rejectionPreload] : [])],
    };
  }

  #read(): ProjectData {
    const { root, otherProject } = this.#options;
    this.#other = otherProject?.();
    return this.#other?.data ?? readProject(root);
  }

  /** What another project's functions get instead of, or besides, what its `.env` has. */
  #otherVariables(rest: RestApi, account: Surroundings['account']): Record<string, string> {
    if (!this.#other) return {};
    const { config, data } = this.#other;
    return { ...config.env, ...localValues(data.env, rest, account) };
  }
}
