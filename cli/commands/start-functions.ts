import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';
import { addReachOptions, type ReachOptions, readReach } from '../reach-options';
import { readPort } from '../read-port';

const builtFolders = [join(projectFolder, 'dist/functions'), join(projectFolder, 'dist/assets')] as const;

/** `npm run start:functions`: serves the functions with the account in `.env`, for use with a tunnel. */
export function addStartFunctions(program: Command): void {
  addReachOptions(
    addCommand(program, 'start-functions', 'Serve only the functions, with the account in .env'),
  )
    .addHelpText('after', '\nEnvironment:\n  PORT  where the functions are served (3000)')
    .action(startFunctions);
}

async function startFunctions(options: ReachOptions): Promise<void> {
  const reach = readReach(options);
  const { FunctionsProcess } = await import('../../simulator/functions-process');
  const { Gateway } = await import('../../simulator/gateway');
  const { listen, stopServer } = await import('../../simulator/listen');
  const { readAccess } = await import('../../simulator/project-data');
  const { readEnvFile } = await import('../account');
  const { lockFolder } = await import('../start-lock');
  const { describeService } = await import('../describe-service');
  const { stopOnSignal, watchProject } = await import('../watch-project');
  const port = readPort('PORT', 3000);
  const probe = createServer();
  await lockFolder(projectFolder, 'npm run start:functions', `http://localhost:${port}`);
  await listen(probe, port, 'PORT', reach.host);
  await stopServer(probe);

  const functions = new FunctionsProcess({
    root: projectFolder,
    port,
    env: () => ({}),
    // Twilio can call at any moment: with a process per request, a new build needs no restart.
    fork: true,
    onLog: console.log,
    onOutput: console.log,
  });
  let access = readAccess(...builtFolders);
  const gateway = new Gateway({
    port,
    reach,
    // Requests that people try are not signed; those that come through a tunnel must be Twilio's.
    authToken: readEnvFile().AUTH_TOKEN || undefined,
    trustsThisMachine: true,
    target: () => functions.target(),
    accessOf: (path) => access.get(path),
  });
  stopOnSignal(async () => {
    await Promise.all([gateway.stop(), functions.stop()]);
  });
  let running = false;
  const serve = async (): Promise<void> => {
    await functions.target();
    if (running) return;
    await gateway.start();
    running = true;
    console.log(await describeService(projectFolder, `http://localhost:${port}`));
  };
  await watchProject(projectFolder, async (result, changed) => {
    if (!result.ok) return;
    access = readAccess(...builtFolders);
    const restart = running && (result.routes.length > 0 || changed.has(join(projectFolder, '.env')));
    if (restart) await functions.restart();
    else await serve();
  });
}
