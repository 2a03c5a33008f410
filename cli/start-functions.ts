import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { FunctionsProcess } from '../simulator/functions-process';
import { listen, stopServer } from '../simulator/listen';
import { describeService } from './describe-service';
import { stopOnSignal, watchProject } from './watch-project';

const root = resolve(__dirname, '..');
const port = Number(process.env.PORT || 3000);
const url = `http://localhost:${port}`;

/** `npm run start:functions`: the functions alone, on `.env`, for those who have an account and a tunnel. */
async function main(): Promise<void> {
  const probe = createServer();
  await listen(probe, port, 'PORT');
  await stopServer(probe);

  const functions = new FunctionsProcess({
    root,
    env: {},
    port,
    // Twilio may call at any moment: no request is to meet a server that is just being restarted.
    fork: true,
    onLog: console.log,
    onOutput: console.log,
  });
  stopOnSignal(() => functions.stop());
  let running = false;
  const serve = async (): Promise<void> => {
    await functions.url();
    if (!running) console.log(await describeService(root, url));
    running = true;
  };
  await watchProject(root, async (result, changed) => {
    if (!result.ok) return;
    const restart = running && (result.routes.length > 0 || changed.has(join(root, '.env')));
    if (restart) await functions.restart();
    else await serve();
  });
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
