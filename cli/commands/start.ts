import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/**
 * `npm start`: builds, starts the functions behind the local Twilio, opens the console, and builds again on changes. It
 * runs by `node --import tsx`, because the command `tsx` kills a process that takes long to stop.
 */
export function addStart(program: Command): void {
  addCommand(program, 'start', 'Serve the functions behind the local Twilio, and build again on every change')
    .addHelpText(
      'after',
      `
Environment:
  PORT                  the functions' gateway (3000)
  SIMULATOR_PORT        console and control API (4000)
  SIMULATOR_PROXY_PORT  REST proxy (4001)
  SIMULATOR_DEPLOYED_PORT  the first environment that is deployed to (4010)
  BROWSER=none          do not open the console`,
    )
    .action(start);
}

async function start(): Promise<void> {
  const { LocalTwilio } = await import('../../simulator/local-twilio');
  const { stopOnSignal, watchProject } = await import('../watch-project');
  const ports = {
    functions: Number(process.env.PORT || 3000),
    console: Number(process.env.SIMULATOR_PORT || 4000),
    proxy: Number(process.env.SIMULATOR_PROXY_PORT || 4001),
    deployed: Number(process.env.SIMULATOR_DEPLOYED_PORT || 4010),
  };
  const local = new LocalTwilio({ root: projectFolder, ports, onOutput: console.log });
  stopOnSignal(() => local.stop());
  let started: Promise<void> | undefined;
  await watchProject(projectFolder, async (result) => {
    await started;
    await local.onBuild(
      result.ok ? { ok: true } : { ok: false, report: stripVTControlCharacters(result.report) },
    );
  });
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
