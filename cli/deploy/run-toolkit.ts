import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../account';
import { productionName } from './environment';

/**
 * Runs `twilio-run deploy` on a built project. Credentials and variables reach it in a file that only this user can read:
 * arguments are visible to every process.
 *
 * @throws an error with what it printed, without the values of variables
 */
export async function runToolkit(
  root: string,
  account: Pick<Account, 'client' | 'env'>,
  {
    serviceSid,
    environment,
    variables,
  }: { serviceSid: string; environment: string; variables: Record<string, string> },
): Promise<void> {
  const { username = '', password = '' } = account.client;
  const folder = mkdtempSync(join(tmpdir(), 'deploy-'));
  try {
    const file = join(folder, 'env');
    const all = { ...variables, ACCOUNT_SID: username, AUTH_TOKEN: password };
    writeFileSync(file, formatVariables(all), { mode: 0o600 });
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/twilio-run/bin/twilio-run.js'),
        'deploy',
        `--env=${file}`,
        `--service-sid=${serviceSid}`,
        environment === productionName ? '--production' : `--environment=${environment}`,
        '--output-format=json',
      ],
      { cwd: root, env: { ...process.env, ...account.env }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0)
      throw new Error(`twilio-run deploy failed:\n${hideValues(printed, Object.values(all)).trim()}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The toolkit's parser takes off one pair of quotation marks, whatever is between them.
 *
 * @see https://github.com/motdotla/dotenv/blob/v6.2.0/lib/main.js
 */
function formatVariables(variables: Readonly<Record<string, string>>): string {
  const lines = Object.entries(variables).map(([name, value]) =>
    value.includes('\n') ? `${name}="${value.replaceAll('\n', '\\n')}"` : `${name}='${value}'`,
  );
  return `${lines.join('\n')}\n`;
}

function hideValues(text: string, values: readonly string[]): string {
  const secrets = values.filter((value) => value.length > 3).sort((a, b) => b.length - a.length);
  return secrets.reduce((hidden, value) => hidden.replaceAll(value, '***'), text);
}
