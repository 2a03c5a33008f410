import { parseArgs } from 'node:util';
import type { ActionResult, FlexResult, Snapshot, TimelineEntry } from '../simulator/api';

const usage = `Usage: npm run simulate -- COMMAND [OPTIONS]

  inbound   --from +12125550101 [--to +16465550190] [--channel sms|whatsapp] [--group +1…,+1…] --body TEXT
            a customer writes
  outgoing  --worker alice@example.com --customer 1001 [--channel sms|whatsapp] [--body TEXT]
            a worker starts a conversation from the app
  outbound  --agent alice@example.com --customer 1001 [--channel sms|whatsapp|chat|email|messenger] --body TEXT
            [--subject TEXT] [--key KEY] [--as agent|server]
            a Flex agent, or a CRM for the agent, starts a conversation by /flex/outbound-message
  scenario  NAME
            brings a situation about and checks how it ends
  list      the scenarios, the numbers, the workers

  --json    prints JSON instead of lines

It asks the local Twilio that "npm start" runs (SIMULATOR_PORT, 4000). It exits with 1 when an answer of the
functions breaks its contract or a scenario does not end as it should, and with 2 when it is not used right.`;

const url = `http://localhost:${process.env.SIMULATOR_PORT || 4000}`;

/** The call cannot be made as it stands. */
class UsageError extends Error {}

interface Options {
  json: boolean;
  from?: string | undefined;
  to?: string | undefined;
  channel?: string | undefined;
  group?: string | undefined;
  body?: string | undefined;
  worker?: string | undefined;
  customer?: string | undefined;
  agent?: string | undefined;
  as?: string | undefined;
  subject?: string | undefined;
  key?: string | undefined;
}

/** @returns what the control API answered @throws UsageError with what it says is wrong */
async function ask<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
  }).catch(() => {
    throw new UsageError(`No local Twilio answers at ${url}. Start it in another terminal: npm start`);
  });
  const answer = (await response.json()) as T & { message?: string };
  if (!response.ok) throw new UsageError(answer.message ?? `${path} answered ${response.status}`);
  return answer;
}

function required(options: Options, name: 'from' | 'body' | 'worker' | 'customer' | 'agent'): string {
  const value = options[name];
  if (value) return value;
  throw new UsageError(`--${name} is missing\n\n${usage}`);
}

async function act(command: string, name: string | undefined, options: Options): Promise<ActionResult> {
  const { to, channel, group, body } = options;
  const given = { ...(to && { to }), ...(channel && { channel }) };
  switch (command) {
    case 'inbound': {
      const from = required(options, 'from');
      const request = {
        from,
        body: required(options, 'body'),
        ...given,
        ...(group && { group: group.split(',') }),
      };
      return ask('POST', '/api/inbound', request);
    }
    case 'outgoing': {
      const worker = required(options, 'worker');
      const customerId = required(options, 'customer');
      return ask('POST', '/api/outgoing', { worker, customerId, ...given, ...(body && { body }) });
    }
    case 'outbound': {
      const { as, subject, key } = options;
      const answer = await ask<FlexResult>('POST', '/api/flex/outbound', {
        agent: required(options, 'agent'),
        customerId: required(options, 'customer'),
        channel: channel ?? 'sms',
        body: required(options, 'body'),
        ...(as && { as }),
        ...(subject && { subject }),
        ...(key && { idempotencyKey: key }),
      });
      const isDone = answer.status === 200 || answer.status === 201;
      const refusal = `the function answered ${answer.status ?? 'nothing'}: ${JSON.stringify(answer.answer)}`;
      return isDone ? answer : { ...answer, ok: false, failures: [...answer.failures, refusal] };
    }
    case 'scenario':
      if (!name) throw new UsageError('Which scenario? npm run simulate -- list');
      return ask('POST', `/api/scenarios/${encodeURIComponent(name)}`);
    default:
      throw new UsageError(`${command} is no command\n\n${usage}`);
  }
}

/** @returns an entry of the timeline as a line, with its details below */
export function formatEntry(entry: TimelineEntry): string {
  const mark = { running: '…', ok: '✓', warning: '!', failed: '✗' }[entry.state];
  switch (entry.kind) {
    case 'note':
      return `${mark} ${entry.title}${entry.errorCode === undefined ? '' : ` (error ${entry.errorCode})`}`;
    case 'rest': {
      const status = entry.status ?? 'no answer';
      const code = entry.code === undefined ? '' : ` ${entry.code} ${entry.message ?? ''}`;
      return `${mark}   REST ${entry.title} → ${status}${code} ${entry.ms ?? '?'} ms`;
    }
    case 'webhook': {
      const { rule, passedOver = [] } = entry.decision ?? {};
      const error = entry.errorCode === undefined ? '' : ` (error ${entry.errorCode})`;
      return [
        `${mark} ${entry.title} → ${entry.status ?? 'no answer'}${error} ${entry.ms} of ${entry.limitMs} ms ${entry.body ?? ''}`,
        ...passedOver.map((one) => `    passed over ${one.rule}: ${one.why}`),
        ...(rule === undefined ? [] : [`    rule ${rule}`]),
        ...(entry.outcome === undefined ? [] : [`    ${entry.outcome}`]),
        ...entry.problems.map(({ field, problem }) => `    ✗ ${field} ${problem}`),
      ].join('\n');
    }
  }
}

function formatList({ scenarios, numbers, workers }: Snapshot): string {
  return [
    'Scenarios:',
    ...scenarios.map(({ name, description }) => `  ${name.padEnd(20)}${description}`),
    'Numbers:',
    ...numbers.map(({ address, channels }) => `  ${address.padEnd(20)}${channels.join(', ')}`),
    'Workers:',
    ...workers.map(
      ({ identity, available }) => `  ${identity.padEnd(32)}${available ? 'available' : 'away'}`,
    ),
  ].join('\n');
}

/** `npm run simulate -- …` */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
      ...Object.fromEntries(
        ['from', 'to', 'channel', 'group', 'body', 'worker', 'customer', 'agent', 'as', 'subject', 'key'].map(
          (name) => [name, { type: 'string' as const }],
        ),
      ),
    },
  });
  const options = values as unknown as Options & { help: boolean };
  const [command, name] = positionals;
  if (options.help || command === undefined) {
    console.log(usage);
    return options.help ? 0 : 2;
  }
  if (command === 'list') {
    const snapshot = await ask<Snapshot>('GET', '/api/state');
    const { scenarios, numbers, workers } = snapshot;
    console.log(
      options.json ? JSON.stringify({ scenarios, numbers, workers }, null, 2) : formatList(snapshot),
    );
    return 0;
  }
  const result = await act(command, name, options);
  if (options.json) console.log(JSON.stringify(result, null, 2));
  else {
    console.log(result.entries.map(formatEntry).join('\n'));
    console.log(
      result.ok
        ? '\nAll as it should be.'
        : `\nNot as it should be:\n${result.failures.map((one) => `  ${one}`).join('\n')}`,
    );
  }
  return result.ok ? 0 : 1;
}

if (require.main === module) {
  main()
    .catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      return 2;
    })
    .then((code) => {
      process.exitCode = code;
    });
}
