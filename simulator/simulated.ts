import { Conversations } from './twilio/conversations/conversations';
import { conversationEvents } from './twilio/conversations/event-list';
import { errorList } from './twilio/http/error-list';
import { ApiDescription, describedHosts } from './twilio/http/openapi';
import { unsupportedParameters } from './twilio/http/unsupported-parameters';
import { RestApi } from './twilio/rest-api';
import { contracts } from './webhooks/contracts';

/** An operation in Twilio's OpenAPI files. */
export interface DescribedOperation {
  host: string;
  method: string;
  path: string;
  operationId: string;
  /** Whether the local Twilio has a route for it. */
  isAnswered: boolean;
  /** The parameters that are refused by name. */
  unsupported: readonly string[];
}

/** @returns every operation of the described hosts, in the order of the OpenAPI files' paths */
export function describedOperations(): DescribedOperation[] {
  const account = { accountSid: `AC${'0'.repeat(32)}`, authToken: '0'.repeat(32) };
  const { routes } = new RestApi(new Conversations(account));
  const answered = new Set(routes.map(({ method, path }) => `${method} ${shapeOf(path.slice(1))}`));
  return describedHosts.flatMap((host) => {
    const operations = ApiDescription.of(host)?.operations() ?? [];
    return operations
      .map(({ method, path, operation: { operationId } }) => ({
        host,
        method,
        path,
        operationId,
        isAnswered: answered.has(`${method} ${shapeOf(host + path)}`),
        unsupported: unsupportedParameters(host, operationId),
      }))
      .sort((a, b) => a.path.localeCompare(b.path) || a.method.localeCompare(b.method));
  });
}

/** Variable parts have other names in the routes; in those of the API of 2010, a part ends with `.json`. */
function shapeOf(path: string): string {
  return path
    .replace(/\{\w+\}(\.json)?/g, '*')
    .replace(/:\w+/g, '*')
    .replace(/\/$/, '');
}

/** @returns docs/simulated.md */
export function simulatedPage(): string {
  const operations = describedOperations();
  return `${[
    '# What the local Twilio simulates',
    'This page is written by `npm run simulated` from the code and from the OpenAPI files that come with the Twilio CLI.',
    '## Operations',
    'A request for any other operation is answered 501 with its name. A parameter that an operation does not have is refused with 400, and one in the last column with 501; both answers name it.',
    figures(operations),
    ...describedHosts.flatMap((host) => operationTable(host, operations)),
    '## Events',
    'Events of Conversations, and the configurations that can have them in their filters.',
    table(
      ['event', 'sent', 'scopes'],
      conversationEvents.map(({ name, when, scopes, documentation }) => [
        `[\`${name}\`](${documentation})`,
        when === 'pre-action' ? 'before the change' : 'after the change',
        scopes.join(', '),
      ]),
    ),
    'All webhooks and callbacks, and how long their caller waits.',
    table(
      ['webhook', 'answer within'],
      Object.entries(contracts).map(([name, { limitMs }]) => [`\`${name}\``, `${limitMs / 1_000} s`]),
    ),
    '## Codes',
    'Each code links to its page, which says when Twilio answers it; 20501 is the local Twilio’s own.',
    table(
      ['code', 'status', 'message'],
      Object.entries(errorList).map(([code, { status, message }]) => [
        code === '20501' ? code : `[${code}](https://www.twilio.com/docs/api/errors/${code})`,
        String(status),
        message,
      ]),
    ),
  ].join('\n\n')}\n`;
}

function figures(operations: DescribedOperation[]): string {
  const rows = describedHosts.map((host) => {
    const own = operations.filter((one) => one.host === host);
    return [`\`${host}\``, String(own.filter(({ isAnswered }) => isAnswered).length), String(own.length)];
  });
  return table(['API', 'answered', 'in the OpenAPI files'], rows);
}

function operationTable(host: string, operations: DescribedOperation[]): string[] {
  const own = operations.filter((one) => one.host === host && one.isAnswered);
  const rows = own.map(({ method, path, operationId, unsupported }) => [
    `\`${method} ${path}\``,
    operationId,
    unsupported.map((name) => `\`${name}\``).join(', '),
  ]);
  return [`### ${host}`, table(['request', 'operation', 'parameters refused'], rows)];
}

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
