import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One callback to be measured. */
export interface Subject {
  name: string;
  /** Whether it calls Twilio's REST API, which is stubbed. */
  callsTwilio: boolean;
  /** The path below `dist/functions`; undefined for the empty function. */
  file?: string;
  /** The name of the event's fixture in `tests/fixtures`. */
  fixture?: string;
  /** Fields that replace those of the fixture. */
  changes?: Record<string, string>;
}

export const empty: Subject = { name: 'an empty function', callsTwilio: false };

/** A customer of the sample data. */
const known = { CustomerId: '1001' };

const details = subject('GetCustomerDetailsByCustomerId', 'crm', 'get-customer-details', { changes: known });

export const callbacks: Subject[] = [
  subject('GetProxyAddress', 'outgoing-conversation', 'get-proxy-address', { changes: known }),
  subject('GetCustomersList', 'crm', 'get-customers-list'),
  details,
  subject('GetTemplatesByCustomerId', 'templates', 'get-templates', { changes: known }),
  subject('onConversationAdd', 'conversations', 'on-conversation-add-inbound'),
  subject('onParticipantAdded', 'conversations', 'on-participant-added-customer', { callsTwilio: true }),
  subject('onConversationRoute', 'routing', 'on-conversation-route', { callsTwilio: true }),
  subject('outbound start from a CRM', '', 'outbound-message', {
    callsTwilio: true,
    file: 'flex/outbound-message.js',
  }),
];

function subject(name: string, file: string, fixture: string, given: Partial<Subject> = {}): Subject {
  return { name, callsTwilio: false, file: `callbacks/${file}.protected.js`, fixture, ...given };
}

/** How long and how often warm calls are measured. */
export interface WarmPlan {
  passes: number;
  /** For each function in each pass. */
  milliseconds: number;
}

/** What `runner.cjs` does after the first answers. */
interface Order {
  /** The assets' folder; the sample data's when left out. */
  assets?: string;
  warm?: WarmPlan;
  among?: Among;
}

/** Calls of one function, each for another customer: they are numbered from 0. */
interface Among {
  customers: number;
  calls: number;
}

/** What an instance has used: milliseconds of the processor, and megabytes of memory. */
interface Resources {
  /** To the first answer. */
  cpu: number;
  rss: number;
  /** After the calls. */
  rssLater: number;
}

interface Run {
  /** Milliseconds from starting the process to its first answer. */
  cold: number;
  /** The result that the runner printed. */
  result: unknown;
}

/** No run takes this long unless it hangs. */
const timeLimitMs = 30_000;

/** The built bundle laid out as in the cloud. */
export class Deployment {
  readonly #root: string;
  readonly #folder = mkdtempSync(join(tmpdir(), 'bench-'));

  /** @param root the project's folder, built */
  constructor(root: string) {
    this.#root = root;
    const handlers = join(this.#folder, 'handlers');
    const files = join(this.#folder, 'files');
    for (const folder of [handlers, files]) mkdirSync(folder);
    writeFileSync(
      join(handlers, 'empty'),
      'exports.handler = (context, event, callback) => callback(null, {});\n',
    );
    for (const { file } of callbacks) {
      if (file) copyFileSync(join(root, 'dist/functions', file), join(handlers, idOf(file)));
    }
    for (const name of readdirSync(join(root, 'dist/assets'))) {
      copyFileSync(join(root, 'dist/assets', name), join(files, name.split('.')[0] ?? name));
    }
  }

  /** @returns milliseconds from starting a process to its first answer */
  async coldStart(one: Subject): Promise<number> {
    return (await this.#run([one], {})).cold;
  }

  /** @returns milliseconds per call of each pass, by function name; all in one process */
  async warm(plan: WarmPlan): Promise<Record<string, number[]>> {
    const { result } = await this.#run([empty, ...callbacks], { warm: plan });
    return result as Record<string, number[]>;
  }

  /**
   * Deploys other customers beside the sample data's.
   *
   * @param built the folder of the built assets
   * @returns a folder for `askAmong`
   */
  deployAssets(built: string): string {
    const assets = mkdtempSync(join(this.#folder, 'files-'));
    const routing = readFileSync(join(this.#root, 'dist/assets/routing.private.json'), 'utf8');
    // One worker may open all cards.
    const open = { ...JSON.parse(routing), customerAccess: 'all' };
    writeFileSync(join(assets, 'routing'), JSON.stringify(open));
    for (const name of readdirSync(built).filter((one) => one.startsWith('customers'))) {
      copyFileSync(join(built, name), join(assets, name.split('.')[0] ?? name));
    }
    return assets;
  }

  /**
   * Asks a new instance for a customer's card, and then for others.
   *
   * @param assets a folder of `deployAssets`; undefined for an empty function
   */
  async askAmong(assets: string | undefined, among: Among): Promise<Resources> {
    const one = assets ? { ...details, changes: { CustomerId: '0' } } : empty;
    return (await this.#run([one], { ...(assets && { assets }), among })).result as Resources;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** @throws Error when a function does not answer 200 or 201, or warns */
  async #run(subjects: Subject[], order: Order): Promise<Run> {
    const { assets = join(this.#folder, 'files') } = order;
    const argument = JSON.stringify({ ...order, assets, subjects: subjects.map((one) => this.#place(one)) });
    const args = [join(__dirname, 'runner.cjs'), argument];
    const started = performance.now();
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout: timeLimitMs,
    });
    let output = '';
    let cold = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      cold ||= performance.now() - started;
      output += chunk.toString();
    });
    const [code] = await once(child, 'close');
    const good = output.match(/^answered 20[01]$/gm)?.length === subjects.length;
    if (code !== 0 || !good) {
      throw new Error(`${subjects.map(({ name }) => name).join(', ')} answered: ${output || 'nothing'}`);
    }
    return { cold, result: JSON.parse(/^result (.*)$/m.exec(output)?.[1] ?? 'null') };
  }

  /** The path of a function, and its event. */
  #place({ name, file, fixture, changes }: Subject): { name: string; file: string; event: object } {
    const text = fixture ? readFileSync(join(this.#root, 'tests/fixtures', `${fixture}.json`), 'utf8') : '{}';
    const event: object = { ...JSON.parse(text), ...changes };
    return { name, file: join(this.#folder, 'handlers', file ? idOf(file) : 'empty'), event };
  }
}

function idOf(file: string): string {
  return `ZN${file.replace(/\W/g, '')}`;
}
