import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalAccount } from '../../simulator/api';
import type { CommandResult } from '../support/command-line';
import { runClient } from './run-client';

const modules = join(__dirname, 'node_modules');
const plugin = '@twilio-labs/plugin-serverless';

/** The unmodified Twilio CLI with its Serverless plugin, of a user who has never used it before. */
export class TwilioCli {
  readonly #home = mkdtempSync(join(tmpdir(), 'twilio-cli-'));
  readonly #account: () => LocalAccount;
  readonly #cwd: string;

  /** @param cwd where it is called */
  constructor(account: () => LocalAccount, cwd: string) {
    this.#account = account;
    this.#cwd = cwd;
    // `twilio plugins:install` asks the registry. oclif reads this file of the data folder for plugins, and loads one of
    // type `link` from where it is: the file that `twilio plugins:link` writes.
    // See `loadUserPlugins` in @oclif/core 1.26.2, lib/config/config.js.
    const data = join(this.#home, '.twilio-cli');
    const plugins = [{ type: 'link', name: plugin, root: join(modules, plugin) }];
    mkdirSync(data);
    writeFileSync(join(data, 'package.json'), JSON.stringify({ oclif: { schema: 1, plugins } }));
  }

  /** @param call e.g. `serverless:list services`; with an array, arguments can have spaces */
  async run(call: string | string[]): Promise<CommandResult> {
    return this.#run(typeof call === 'string' ? call.split(' ') : call);
  }

  #run(args: string[], more: Record<string, undefined> = {}): Promise<CommandResult> {
    return runClient(this.#account(), [join(modules, 'twilio-cli/bin/run'), ...args], {
      cwd: this.#cwd,
      env: {
        HOME: this.#home,
        // Otherwise it looks for newer versions of itself in the background.
        TWILIO_DISABLE_AUTOUPDATE: 'true',
        TWILIO_SKIP_NEW_VERSION_CHECK: 'true',
        ...more,
      },
    });
  }

  /** As `run`, without the account in the environment: only a profile has it. */
  async runLoggedIn(...args: string[]): Promise<CommandResult> {
    return this.#run(args, { TWILIO_ACCOUNT_SID: undefined, TWILIO_AUTH_TOKEN: undefined });
  }

  /** @returns what a call prints as JSON, if it ended well */
  async json<T = unknown>(...call: string[]): Promise<T> {
    // The plugin has its own option.
    const format = call[0]?.startsWith('serverless:') ? '--output-format=json' : '-o=json';
    const { status, stdout, stderr } = await this.run([...call, format]);
    if (status !== 0) throw new Error(stdout + stderr);
    return JSON.parse(stdout) as T;
  }

  remove(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}
