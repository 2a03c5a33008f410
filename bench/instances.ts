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
import type { Customer } from '../lib/data/types';

/** One callback to be measured. */
export interface Subject {
  name: string;
  /** Whether it calls Twilio's REST API, which a stub stands in for. */
  callsTwilio: boolean;
  /** Below `dist/functions`, or undefined for the empty function. */
  file?: string;
  /** The event's file in `tests/fixtures`. */
  fixture?: string;
}

export const empty: Subject = { name: 'an empty function', callsTwilio: false };

export const callbacks: Subject[] = [
  subject('GetProxyAddress', 'outgoing-conversation', 'get-proxy-address'),
  subject('GetCustomersList', 'crm', 'get-customers-list'),
  subject('GetCustomerDetailsByCustomerId', 'crm', 'get-customer-details'),
  subject('GetTemplatesByCustomerId', 'templates', 'get-templates'),
  subject('onConversationAdd', 'conversations', 'on-conversation-add-inbound'),
  subject('onParticipantAdded', 'conversations', 'on-participant-added-customer', true),
  subject('onConversationRoute', 'routing', 'on-conversation-route', true),
];

function subject(name: string, file: string, fixture: string, callsTwilio = false): Subject {
  return { name, callsTwilio, file: `callbacks/${file}.protected.js`, fixture };
}

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
    return (await this.#run(one, 0)).cold;
  }

  /** @returns milliseconds of a call in an instance that has answered many */
  async warm(one: Subject, calls: number): Promise<number> {
    return (await this.#run(one, calls)).warm;
  }

  /** @returns milliseconds of a GetCustomerDetailsByCustomerId for ever another one of so many customers */
  async details(customers: Customer[], calls: number): Promise<number> {
    const files = join(this.#folder, `files-${customers.length}`);
    mkdirSync(files);
    copyFileSync(join(this.#root, 'dist/assets/routing.private.json'), join(files, 'routing'));
    writeFileSync(join(files, 'customers'), JSON.stringify({ customers }));
    const one = subject('GetCustomerDetailsByCustomerId', 'crm', 'get-customer-details');
    return (await this.#run(one, calls, files, customers.length)).warm;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(
    { file, fixture, name }: Subject,
    calls: number,
    files = join(this.#folder, 'files'),
    customers = 0,
  ): Promise<{ cold: number; warm: number }> {
    const event = fixture
      ? readFileSync(join(this.#root, 'tests/fixtures', `${fixture}.json`), 'utf8')
      : '{}';
    const known = event.replace('"CustomerId": "1"', '"CustomerId": "1001"');
    const handler = join(this.#folder, 'handlers', file ? idOf(file) : 'empty');
    const jumping = customers > 0 ? [String(customers)] : [];
    const args = [join(__dirname, 'runner.cjs'), handler, files, known, String(calls), ...jumping];
    const started = performance.now();
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    let cold = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      cold ||= performance.now() - started;
      output += chunk.toString();
    });
    await once(child, 'close');
    if (!output.startsWith('answered 200')) throw new Error(`${name} answered: ${output || 'nothing'}`);
    return { cold, warm: Number(/warm (\S+)/.exec(output)?.[1] ?? 0) };
  }
}

function idOf(file: string): string {
  return `ZN${file.replace(/\W/g, '')}`;
}
