import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { addCommand, UsageError } from '../program';
import { projectFolder } from '../project-folder';
import { addReachOptions, type ReachOptions, readReach } from '../reach-options';

/**
 * `npm start`: builds, starts the functions behind the local Twilio, opens the console, and builds again on changes. It
 * runs by `node --import tsx`, because the command `tsx` kills a process that takes long to stop.
 */
export function addStart(program: Command): void {
  const start = addCommand(
    program,
    'start',
    'Serve the functions behind the local Twilio, and build again on every change',
  );
  addReachOptions(start)
    .addHelpText(
      'after',
      `
Environment:
  PORT                  the functions' gateway (3000)
  SIMULATOR_PORT        console and control API (4000)
  SIMULATOR_PROXY_PORT  REST proxy (4001)
  SIMULATOR_DEPLOYED_PORT  the first environment that is deployed to (4010)
  SIMULATOR_AUTH_TOKEN  the account's auth token, 32 characters (a new one at each start)
  BROWSER=none          do not open the console`,
    )
    .action(runStart);
}

async function runStart(options: ReachOptions): Promise<void> {
  const reach = readReach(options);
  const authToken = process.env.SIMULATOR_AUTH_TOKEN || undefined;
  if (authToken !== undefined && !/^\w{32}$/.test(authToken)) {
    throw new UsageError('SIMULATOR_AUTH_TOKEN takes 32 letters and digits, as an auth token of Twilio has.');
  }
  const { LocalTwilio } = await import('../../simulator/local-twilio');
  const { AllowedHosts } = await import('../../simulator/allowed-hosts');
  const { lockFolder, startCommand } = await import('../start-lock');
  const { stopOnSignal, watchProject } = await import('../watch-project');
  const ports = {
    functions: Number(process.env.PORT || 3000),
    console: Number(process.env.SIMULATOR_PORT || 4000),
    proxy: Number(process.env.SIMULATOR_PROXY_PORT || 4001),
    deployed: Number(process.env.SIMULATOR_DEPLOYED_PORT || 4010),
  };
  await lockFolder(
    projectFolder,
    startCommand,
    `http://${new AllowedHosts(reach).nameInUrls}:${ports.console}`,
  );
  let local: InstanceType<typeof LocalTwilio> | undefined;
  let started: Promise<void> | undefined;
  stopOnSignal(async () => local?.stop());
  await watchProject(projectFolder, async (result) => {
    await started;
    // Not before the first build: what an older one has left configures nothing.
    local ??= new LocalTwilio({ root: projectFolder, ports, reach, authToken, onOutput: console.log });
    const problems = result.problems ? { problems: result.problems } : {};
    await local.onBuild(
      result.ok
        ? { ok: true, ...problems }
        : { ok: false, report: stripVTControlCharacters(result.report), ...problems },
    );
  });
  if (!local) return;
  started = local.start();
  await started;

  const { urls } = local.snapshot();
  console.log(`
The local Twilio is ready. No message leaves this machine.

  Console     ${urls.console}   a customer texts in, a worker answers
  Functions   ${urls.functions}   behind the gateway: callbacks require signed requests
  REST proxy  ${urls.proxy}   where the functions' SDK sends its requests

Try it: npm run simulate -- scenario known-customer
Stop it with Ctrl-C.
`);
  openInBrowser(urls.console);
}

/** Only on a terminal, and only if the system has a command for it. */
function openInBrowser(url: string): void {
  if (!process.stdout.isTTY || process.env.CI || process.env.BROWSER === 'none') return;
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', url]
        : ['xdg-open', url];
  spawn(command as string, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
