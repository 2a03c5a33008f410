import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import twilio from 'twilio';
import { compileData, readSources } from '../../../build/data/compile';
import { type Needs, readNeeds } from '../../../cli/setup/needs';
import type { Decision, Plan } from '../../../cli/setup/plan';
import { type Choices, SetupSession } from '../../../cli/setup/session';
import type { Routing } from '../../../lib/model';
import { Conversations } from '../../../simulator/twilio/conversations/conversations';
import { RestApi } from '../../../simulator/twilio/rest-api';
import { inProcess } from '../../simulator/in-process';
import { TwilioOpenApi } from '../../simulator/openapi';
import { projectRoot } from '../../support/project';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = '0'.repeat(32);
const openApi = new TwilioOpenApi();

/** Where the functions are in these tests. */
const functionsUrl = 'https://service-1234-dev.twil.io';
export const hookUrl = `${functionsUrl}/callbacks/conversations`;
export const us = '+16465550190';
export const gb = '+442079460190';

/** A Twilio account that owns the numbers in the project's data, and a project folder with nothing but `.env`. */
export class Setting {
  readonly state = new Conversations({ accountSid, authToken });
  readonly rest = new RestApi(this.state);
  readonly root = mkdtempSync(join(tmpdir(), 'setup-'));
  /** The requests that change something, as `METHOD path?form`. */
  writes: string[] = [];
  /** What a request or an answer has that Twilio's OpenAPI files do not. */
  problems: string[] = [];

  constructor() {
    const { rest } = this;
    for (const number of [us, gb]) rest.phoneNumbers.add(number);
    rest.frontline.putUser({ identity: 'alice@example.com' });
    rest.onRequest(({ request, answer }) => {
      if (request.method !== 'GET') {
        const form = new URLSearchParams(request.form);
        for (const [name, values] of Object.entries(request.lists ?? {})) {
          form.delete(name);
          for (const value of values) form.append(name, value);
        }
        this.writes.push(`${request.method} ${request.path} ${decodeURIComponent(form.toString())}`.trim());
      }
      if (answer) this.problems.push(...openApi.check(request, answer));
    });
  }

  /** Has something else answer the messages to a number. */
  answer(phoneNumber: string, given: { sms_url?: string; sms_application_sid?: string }): void {
    Object.assign(this.rest.phoneNumbers.numbers(phoneNumber)[0] ?? {}, given);
  }

  /** A new run of the command, which knows only what is in the files. */
  session(): SetupSession {
    const account = {
      accountSid,
      authToken,
      client: this.client(),
      localFunctionsUrl: undefined,
      controlUrl: undefined,
    };
    return new SetupSession(this.root, account);
  }

  client(): twilio.Twilio {
    return twilio(accountSid, authToken, { httpClient: inProcess(this.rest) });
  }

  async plan(
    needs: Needs,
    decisions: Record<string, Decision> = {},
    choices: Omit<Choices, 'decisions'> = {},
  ): Promise<Plan> {
    const session = this.session();
    const state = await session.readState(needs);
    return session.plan(needs, state, { ...choices, decisions: new Map(Object.entries(decisions)) });
  }

  /** Plans and applies, as the command does. */
  async setUp(...[needs, decisions, choices]: Parameters<Setting['plan']>): Promise<Plan> {
    const plan = await this.plan(needs, decisions, choices);
    await this.session().apply(plan);
    return plan;
  }

  /** Undoes as the command does. @returns what was left */
  async undo(): Promise<string[]> {
    const session = this.session();
    const plan = await session.planUndo();
    return [...plan.left, ...(await session.undo(plan))];
  }

  /** All that setup can change in the account. */
  snapshot(): unknown {
    const { account } = this.rest;
    const strip = ({
      url: _url,
      account_sid: _sid,
      ...webhooks
    }: object & { url: string; account_sid: string }) =>
      JSON.parse(JSON.stringify(webhooks, (_key, value) => (value === '' ? null : value))) as object;
    return {
      account: strip(account.webhooks.fetch()),
      service: strip(account.webhooks.ofService(this.state.defaultServiceSid)),
      addresses: account.addresses
        .list()
        .map(({ type, address, auto_creation }) => structuredClone({ type, address, auto_creation })),
      env: this.env(),
    };
  }

  env(): string {
    const file = join(this.root, '.env');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  writeEnv(text: string): void {
    writeFileSync(join(this.root, '.env'), text);
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** What the callbacks need with the project's data. */
export async function needsOf(
  change: (routing: Routing) => void = () => {},
  scope = 'account',
): Promise<Needs> {
  const { assets } = compileData(await readSources(join(projectRoot, 'assets')));
  const routing = JSON.parse(assets.get('routing.private.json') ?? '') as Routing;
  change(routing);
  return readNeeds(routing, functionsUrl, scope);
}

/** The data of an account without Frontline. */
export const routeOnAdded = (routing: Routing): void => {
  routing.routing.on = 'onConversationAdded';
};

/**
 * Has each test of a file begin with an account and what the project's data needs, and end without a request or an
 * answer that Twilio's OpenAPI files do not know.
 */
export function useSetting(use: (made: { setting: Setting; needs: Needs }) => void): void {
  let setting: Setting;
  beforeEach(async () => {
    setting = new Setting();
    use({ setting, needs: await needsOf() });
  });
  afterEach(() => {
    setting.remove();
    expect(setting.problems).toEqual([]);
  });
}
