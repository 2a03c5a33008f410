import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { LocalTwilio } from '../simulator/local-twilio';
import { stopOnSignal, watchProject } from './watch-project';

const root = resolve(__dirname, '..');
const ports = {
  functions: Number(process.env.PORT || 3000),
  console: Number(process.env.SIMULATOR_PORT || 4000),
  proxy: Number(process.env.SIMULATOR_PROXY_PORT || 4001),
};

/**
 * `npm start`: builds, starts the functions behind the local Twilio, opens the console, builds again on changes. It
 * runs by `node --import tsx`: tsx's own command kills what takes more than a moment to stop.
 */
async function main(): Promise<void> {
  const local = new LocalTwilio({ root, ports, onOutput: console.log });
  stopOnSignal(() => local.stop());
  let started: Promise<void> | undefined;
  await watchProject(root, async (result) => {
    await started;
    await local.onBuild(result.ok ? { ok: true } : { ok: false, report: result.report });
  });
  started = local.start();
  await started;

  const { urls } = local.snapshot();
  console.log(`
The local Twilio is ready. No message leaves this machine.

  Console     ${urls.console}   a customer texts in, a worker answers
  Functions   ${urls.functions}   behind the gateway: callbacks want signed requests
  REST proxy  ${urls.proxy}   where the functions' SDK finds Twilio

Try it: npm run simulate -- scenario known-customer
Stop it with Ctrl-C.
`);
  openInBrowser(urls.console);
}

/** Only for a person at a terminal, and only if the system has a way. */
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

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
