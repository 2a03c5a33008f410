import { spawn } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import type { Command } from 'commander';
import type { BuildResult } from '../../build/build-project';
import type { OpenHosts } from '../../simulator/network/hosts';
import { paintFor } from '../output';
import { addCommand, UsageError } from '../program';
import { projectFolder } from '../project-folder';
import { addReachOptions, type ReachOptions, readReach } from '../reach-options';
import { readPort } from '../read-port';

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
    .option('--project <folder>', 'Serve another project with Twilio Functions: see docs/other-projects.md')
    .option(
      '--config <file>',
      "The other project's webhooks, numbers and workers (local-twilio.json in its folder)",
    )
    .option(
      '--allow-net [hosts]',
      'Let the functions reach other hosts, never Twilio: all, or those named, e.g. crm.example.com,*.example.org',
      readHosts,
    )
    .option('--verbose', "Print REST requests and the functions' own log lines, too")
    .option(
      '--json',
      'Print a JSON object per line: type is build, ready, webhook, note, rest, log or output',
    )
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

interface StartOptions extends ReachOptions {
  project?: string;
  config?: string;
  allowNet?: OpenHosts;
  verbose?: boolean;
  json?: boolean;
}

async function runStart(options: StartOptions): Promise<void> {
  const { verbose = false, json = false } = options;
  const reach = readReach(options);
  const authToken = process.env.SIMULATOR_AUTH_TOKEN || undefined;
  if (authToken !== undefined && !/^\w{32}$/.test(authToken)) {
    throw new UsageError('SIMULATOR_AUTH_TOKEN takes 32 letters and digits, as an auth token of Twilio has.');
  }
  const { LocalTwilio } = await import('../../simulator/local-twilio');
  const { AllowedHosts } = await import('../../simulator/allowed-hosts');
  const { lockFolder, startCommand } = await import('../start-lock');
  const { followLocalTwilio } = await import('../start/follow-timeline');
  const { holdUntilReady, JsonOutput, logPrinter, TextOutput } = await import('../start/output');
  const { explainFailedStart } = await import('../start/port-taken');
  const { stopOnSignal, watchProject } = await import('../watch-project');
  const { otherProjectOf, watchOtherProject } = await import('../other-project');
  const other = otherProjectOf(options);
  const root = other?.root ?? projectFolder;
  const ports = {
    functions: readPort('PORT', 3000),
    console: readPort('SIMULATOR_PORT', 4000),
    proxy: readPort('SIMULATOR_PROXY_PORT', 4001),
    deployed: readPort('SIMULATOR_DEPLOYED_PORT', 4010),
  };
  const consoleUrl = `http://${new AllowedHosts(reach).nameInUrls}:${ports.console}`;
  const output = holdUntilReady(
    json ? new JsonOutput(process.stdout) : new TextOutput(process.stdout, paintFor('stdout')),
  );
  const create = (): InstanceType<typeof LocalTwilio> =>
    new LocalTwilio({
      ...{ root, ports, reach, authToken },
      onOutput: (line) => output.written(line),
      onLog: logPrinter(output, verbose),
      ...(other && { otherProject: other.read }),
      ...(options.allowNet && { openHosts: options.allowNet }),
    });
  let local: InstanceType<typeof LocalTwilio> | undefined;
  let started: Promise<void> | undefined;
  stopOnSignal(async () => local?.stop());
  if (other) {
    output.written(other.describe());
    const served = create();
    local = served;
    await watchOtherProject(
      other,
      (line) => output.written(line),
      async (build) => {
        await started;
        await served.onBuild(build);
      },
    );
  } else {
    await lockFolder(projectFolder, startCommand, consoleUrl);
    const onBuild = async (result: BuildResult): Promise<void> => {
      await started;
      // Not before the first build: what an older one has left configures nothing.
      local ??= create();
      const problems = result.problems ? { problems: result.problems } : {};
      await local.onBuild(
        result.ok
          ? { ok: true, ...problems }
          : { ok: false, report: stripVTControlCharacters(result.report), ...problems },
      );
    };
    await watchProject(projectFolder, onBuild, (result, ms) => output.built(result, ms));
  }
  if (!local) return;
  followLocalTwilio(local, { verbose }, (event) => output.happened(event));
  started = local.start();
  await started.catch(async (error: unknown) => {
    throw await explainFailedStart(error, consoleUrl, ports);
  });

  const { urls } = local.snapshot();
  output.ready(urls, other ? 'new-customer' : 'known-customer');
  openInBrowser(urls.console);
}

/** `--allow-net` alone allows every host; with hosts, it can be given more than once. */
function readHosts(text: string, before: OpenHosts | undefined): OpenHosts {
  const hosts = text.split(',').map((host) => host.trim());
  return before === true ? true : [...(before ?? []), ...hosts.filter(Boolean)];
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
