import { type Command, Option } from 'commander';
import type { ActionResult, FlexResult, Settings, Snapshot } from '../../simulator/api';
import { formatEntry, formatList, formatSettings } from '../format-timeline';
import { paintFor, printJson } from '../output';
import { addCommand, exitCodes, wantsJson } from '../program';
import { ask, toNumber } from '../simulate/ask';
import { addAway, addClose, addReset } from '../simulate/controls';
import { addFault } from '../simulate/fault';

/** `npm run simulate -- …`: simulates something in the local Twilio that `npm start` runs. */
export function addSimulate(program: Command): void {
  const simulate = addCommand(
    program,
    'simulate',
    'Simulate messages and scenarios in the local Twilio that npm start runs',
  )
    .option(
      '--json',
      'Print JSON: ok, failures, entries; for list: scenarios, numbers, workers; for others: what they change',
    )
    .addHelpText(
      'after',
      `
The local Twilio is at SIMULATOR_PORT (4000). The exit code is 1 when an answer breaks its contract or a scenario does
not end as expected.`,
    );
  addInbound(simulate);
  addOutgoing(simulate);
  addOutbound(simulate);
  addSettings(simulate);
  addFault(simulate);
  addAway(simulate);
  addClose(simulate);
  addReset(simulate);
  addCommand(simulate, 'scenario', 'Run a scenario and check how it ends')
    .argument('<name>', 'a name that "npm run simulate -- list" prints')
    .action(async (name: string, _options: object, command: Command) => {
      printResult(command, await ask('POST', `/api/scenarios/${encodeURIComponent(name)}`));
    });
  addCommand(simulate, 'list', 'List scenarios, numbers and workers').action(
    async (_options: object, command: Command) => {
      const { scenarios, numbers, workers } = await ask<Snapshot>('GET', '/api/state');
      const list = { scenarios, numbers, workers };
      if (wantsJson(command)) printJson(list);
      else console.log(formatList(list));
    },
  );
}

interface Inbound {
  from: string;
  to?: string;
  channel?: string;
  group?: string;
  body: string;
}

function addInbound(simulate: Command): void {
  addCommand(simulate, 'inbound', 'A customer writes')
    .usage('--from <number> --body <text> [options]')
    .option('--from <number>', "the customer's number, e.g. +12125550101")
    .option('--body <text>', 'what the customer writes')
    .option('--to <number>', 'which of our numbers, e.g. +16465550190')
    .addOption(new Option('--channel <channel>').choices(['sms', 'whatsapp']))
    .option('--group <numbers>', 'for a group MMS: the numbers of the other people, separated by commas')
    .action(async ({ from, body, to, channel, group }: Inbound, command: Command) => {
      requireOptions(command, 'from', 'body');
      const more = {
        ...(to && { to }),
        ...(channel && { channel }),
        ...(group && { group: group.split(',') }),
      };
      printResult(command, await ask('POST', '/api/inbound', { from, body, ...more }));
    });
}

interface Outgoing {
  worker: string;
  customer: string;
  channel?: string;
  body?: string;
}

function addOutgoing(simulate: Command): void {
  addCommand(simulate, 'outgoing', 'A worker starts a conversation from the app')
    .usage('--worker <identity> --customer <id> [options]')
    .option('--worker <identity>', 'e.g. alice@example.com')
    .option('--customer <id>', 'e.g. 1001')
    .addOption(new Option('--channel <channel>').choices(['sms', 'whatsapp']))
    .option('--body <text>', 'what the worker writes')
    .action(async ({ worker, customer: customerId, channel, body }: Outgoing, command: Command) => {
      requireOptions(command, 'worker', 'customer');
      const more = { ...(channel && { channel }), ...(body && { body }) };
      printResult(command, await ask('POST', '/api/outgoing', { worker, customerId, ...more }));
    });
}

interface Outbound {
  agent: string;
  customer: string;
  channel: string;
  body: string;
  subject?: string;
  key?: string;
  as?: string;
}

function addOutbound(simulate: Command): void {
  addCommand(simulate, 'outbound', 'A Flex agent, or a CRM, starts a conversation by /flex/outbound-message')
    .usage('--agent <identity> --customer <id> --body <text> [options]')
    .option('--agent <identity>', 'e.g. alice@example.com')
    .option('--customer <id>', 'e.g. 1001')
    .option('--body <text>', 'what the agent writes')
    .addOption(
      new Option('--channel <channel>')
        .choices(['sms', 'whatsapp', 'chat', 'email', 'messenger'])
        .default('sms'),
    )
    .option('--subject <text>', 'of an e-mail')
    .option('--key <key>', 'the idempotency key')
    .addOption(new Option('--as <caller>', 'who calls').choices(['agent', 'server']))
    .action(async (options: Outbound, command: Command) => {
      requireOptions(command, 'agent', 'customer', 'body');
      const { agent, customer: customerId, channel, body, subject, key: idempotencyKey, as } = options;
      const answer = await ask<FlexResult>('POST', '/api/flex/outbound', {
        ...{ agent, customerId, channel, body },
        ...(as && { as }),
        ...(subject && { subject }),
        ...(idempotencyKey && { idempotencyKey }),
      });
      const isDone = answer.status === 200 || answer.status === 201;
      const refusal = describeRefusal(answer, idempotencyKey);
      printResult(
        command,
        isDone ? answer : { ...answer, ok: false, failures: [...answer.failures, ...refusal] },
      );
    });
}

/** @returns what the function answered, and for a start in doubt what to do next */
function describeRefusal({ status, answer }: FlexResult, key: string | undefined): string[] {
  const { code, inDoubt, retryAfter } = answer;
  if (code !== 'in_doubt') return [`the function answered ${status ?? 'nothing'}: ${JSON.stringify(answer)}`];
  const { step, ...sids } = inDoubt as Record<string, string>;
  return [
    `the function answered ${status} in_doubt: Twilio has not said whether the ${step} was created`,
    ...Object.entries(sids).map(([name, value]) => `  ${name} ${value}`),
    key === undefined
      ? 'look into the conversation before you send it again: without --key, the customer may get the message twice'
      : `send the same request again with --key ${key}, in ${String(retryAfter)} seconds`,
  ];
}

interface SettingsOptions {
  agentResponse?: string;
  channelFailsAfter?: number | 'never';
  channelErrorCode?: number;
  optOut?: string;
}

function addSettings(simulate: Command): void {
  addCommand(simulate, 'settings', 'Print how agents, channels and opted-out customers behave, or change it')
    .addOption(
      new Option('--agent-response <response>', 'what the agent does with a task').choices([
        'accept',
        'decline',
        'ignore',
      ]),
    )
    .option('--channel-fails-after <ms>', 'how long after its setup a channel fails, or never', (text) =>
      text === 'never' ? text : toNumber(text),
    )
    .option('--channel-error-code <code>', 'the error_code of a channel that fails, e.g. 20500', toNumber)
    .addOption(
      new Option(
        '--opt-out <answer>',
        'a message to a customer who has sent STOP fails later, or is refused',
      ).choices(['receipt', 'refuse']),
    )
    .action(async (options: SettingsOptions, command: Command) => {
      const { agentResponse, channelFailsAfter: ms, channelErrorCode, optOut } = options;
      const flex = {
        ...(agentResponse && { agentResponse }),
        ...(ms !== undefined && { channelFailsAfterMs: ms === 'never' ? null : ms }),
        ...(channelErrorCode !== undefined && { channelErrorCode }),
      };
      const settings = await ask<Settings>('PATCH', '/api/settings', { flex, ...(optOut && { optOut }) });
      if (wantsJson(command)) {
        printJson(settings);
        return;
      }
      console.log(formatSettings(settings));
    });
}

/** Commander's own check would report a misspelled option as a missing one. */
function requireOptions(command: Command, ...names: string[]): void {
  const missing = names.find((name) => !command.opts()[name]);
  if (missing !== undefined) command.error(`--${missing} is missing`);
}

function printResult(command: Command, result: ActionResult): void {
  const { ok, entries, failures, sentences } = result;
  if (!ok) process.exitCode = exitCodes.failed;
  if (wantsJson(command)) {
    printJson(result);
    return;
  }

  const paint = paintFor('stdout');
  console.log(entries.map((entry) => formatEntry(entry, paint, sentences[entry.id])).join('\n'));
  console.log(
    ok
      ? `\n${paint('green', 'Everything is as expected.')}`
      : `\n${paint('red', 'Not as expected:')}\n${failures.map((one) => `  ${one}`).join('\n')}`,
  );
}
