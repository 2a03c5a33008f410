import twilio from 'twilio';
import { buildProject } from '../../../build/build-project';
import { examine } from '../../../cli/doctor/examine';
import { type CheckedAccount, readSubject } from '../../../cli/doctor/read-subject';
import type { ProbeAnswer, Send, Subject } from '../../../cli/doctor/subject';
import type { RestApi } from '../../../simulator/twilio/rest-api';
import { inProcess } from '../../simulator/in-process';
import { type RunningLocal, startLocal } from '../../simulator/local';
import { ProjectCopy } from '../../support/project-copy';

/** A project whose functions run in a local Twilio on which nothing is wrong. Tests plant one fault at a time. */
export class HealthyAccount {
  readonly project: ProjectCopy;
  readonly #running: RunningLocal;
  readonly #undo: (() => void)[] = [];
  #subject: Subject | undefined;

  private constructor(project: ProjectCopy, running: RunningLocal) {
    this.project = project;
    this.#running = running;
  }

  static async start(): Promise<HealthyAccount> {
    const project = new ProjectCopy();
    await buildProject(project.root);
    return new HealthyAccount(project, await startLocal(project.root));
  }

  async stop(): Promise<void> {
    await this.#running.stop();
    this.project.remove();
  }

  get rest(): RestApi {
    return this.#running.local.rest;
  }

  get functionsUrl(): string {
    return this.#running.functions;
  }

  /** Where `npm run doctor -- --local` finds this local Twilio. */
  get consolePort(): string {
    return new URL(this.#running.console).port;
  }

  get account(): CheckedAccount {
    const { accountSid, authToken, functionsUrl, variables } = this.#running.local.account();
    return {
      accountSid,
      authToken,
      client: twilio(accountSid, authToken, { httpClient: inProcess(this.rest) }),
      localFunctionsUrl: functionsUrl,
      controlUrl: this.#running.console,
      variables,
    };
  }

  /** What the checks look at, when nothing is wrong. */
  async subject(): Promise<Subject> {
    this.#subject ??= (await this.read()).subject;
    if (!this.#subject) throw new Error('the data is not valid');
    return structuredCloneOf(this.#subject);
  }

  read() {
    return readSubject(this.project.root, this.account, { url: undefined, environment: undefined });
  }

  /** Changes something at Twilio until the test has ended. */
  plant<T extends object>(target: T, change: Partial<T>): void {
    const before = Object.fromEntries(Object.keys(change).map((key) => [key, target[key as keyof T]]));
    Object.assign(target, change);
    this.#undo.push(() => Object.assign(target, before));
  }

  /** Makes requests to Twilio fail until the test has ended. */
  fail(...fault: Parameters<RestApi['fail']>): void {
    this.#undo.push(this.rest.fail(...fault));
  }

  repair(): void {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

/** Starts one for the tests of a file, and undoes after each test what it has planted. */
export function useHealthyAccount(): { readonly current: HealthyAccount } {
  let current: HealthyAccount | undefined;
  beforeAll(async () => {
    current = await HealthyAccount.start();
  }, 60_000);
  afterEach(() => current?.repair());
  afterAll(() => current?.stop());
  return {
    get current() {
      if (current) return current;
      throw new Error('The account is there in tests and their hooks only');
    },
  };
}

/** What is found, each as `severity code: message`. */
export async function diagnose(subject: Subject): Promise<string[]> {
  const { findings } = await examine(subject);
  return findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`);
}

/** Sends requests as `send` does, and changes the answers of those that match. */
export function changeAnswers(
  send: Send,
  matches: (request: { url: string; isSigned: boolean; fields: URLSearchParams }) => boolean,
  change: Partial<ProbeAnswer>,
): Send {
  return async (url, request) => {
    const answer = await send(url, request);
    const isSigned = request.headers?.['X-Twilio-Signature'] !== undefined;
    const isMeant = matches({ url, isSigned, fields: new URLSearchParams(request.body) });
    return isMeant ? { ...answer, ...change, headers: { ...answer.headers, ...change.headers } } : answer;
  };
}

/** Tests may change the data, but neither the SDK's client nor the function that sends. */
function structuredCloneOf({ client, send, ...data }: Subject): Subject {
  return { ...structuredClone(data), client, send };
}
