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
import { makeCustomersFiles } from '../build/data/pack/customers-asset';
import type { Customer } from '../lib/model';

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
  among?: { customers: number; calls: number };
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
   * Replaces the sample data's customers.
   *
   * @returns a function that measures GetCustomerDetailsByCustomerId, each call for another customer, in milliseconds
   */
  deployCustomers(customers: Customer[]): (calls: number) => Promise<number> {
    const assets = join(this.#folder, `files-${customers.length}`);
    mkdirSync(assets);
    const routing = readFileSync(join(this.#root, 'dist/assets/routing.private.json'), 'utf8');
    // One worker may open all cards.
    const open = { ...JSON.parse(routing), customerAccess: 'all' };
    writeFileSync(join(assets, 'routing'), JSON.stringify(open));
    const { text, packed } = makeCustomersFiles(customers);
    writeFileSync(join(assets, 'customers'), text);
    for (const [name, content] of packed) writeFileSync(join(assets, name.split('.')[0] ?? name), content);
    const one = { ...details, changes: { CustomerId: '0' } };
    return async (calls) => {
      const among = { customers: customers.length, calls };
      return (await this.#run([one], { assets, among })).result as number;
    };
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
