import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Command } from 'commander';
import { addCommand } from '../program';
import { projectFolder } from '../project-folder';

/** `npm run start:functions`: serves the functions with the account in `.env`, for use with a tunnel. */
export function addStartFunctions(program: Command): void {
  addCommand(program, 'start-functions', 'Serve only the functions, with the account in .env')
    .addHelpText('after', '\nEnvironment:\n  PORT  where the functions are served (3000)')
    .action(startFunctions);
}

async function startFunctions(): Promise<void> {
  const { FunctionsProcess } = await import('../../simulator/functions-process');
  const { Gateway } = await import('../../simulator/gateway');
  const { listen, stopServer } = await import('../../simulator/listen');
  const { describeService } = await import('../describe-service');
  const { stopOnSignal, watchProject } = await import('../watch-project');
  const port = Number(process.env.PORT || 3000);
  const probe = createServer();
  await listen(probe, port, 'PORT');
  await stopServer(probe);

  const functions = new FunctionsProcess({
    root: projectFolder,
    env: {},
    // Twilio can call at any moment: with a process per request, a new build needs no restart.
    fork: true,
    onLog: console.log,
    onOutput: console.log,
  });
  // `twilio-run` itself refuses private assets and unknown paths. Requests that people try are not signed.
  const gateway = new Gateway({
    port,
    authToken: '',
    target: () => functions.url(),
    accessOf: () => 'public',
  });
  stopOnSignal(async () => {
    await Promise.all([gateway.stop(), functions.stop()]);
  });
  let running = false;
  const serve = async (): Promise<void> => {
    await functions.url();
    if (running) return;
    await gateway.start();
    running = true;
    console.log(await describeService(projectFolder, `http://localhost:${port}`));
  };
  await watchProject(projectFolder, async (result, changed) => {
    if (!result.ok) return;
    const restart = running && (result.routes.length > 0 || changed.has(join(projectFolder, '.env')));
    if (restart) await functions.restart();
    else await serve();
  });
}
