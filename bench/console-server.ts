import { freePorts } from '../simulator/listen';
import { LocalTwilio } from '../simulator/local-twilio';

/** The local Twilio in a process of its own: `bench/local-server.ts` starts it with the project's folder, and asks for its memory. */
async function main(root: string): Promise<void> {
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  const local = new LocalTwilio({
    root,
    ports: { functions, console, proxy },
    onOutput: () => undefined,
  });
  await local.start();
  process.on('message', () => process.send?.(process.memoryUsage()));
  process.on('disconnect', () => void local.stop().finally(() => process.exit()));
  process.send?.({ url: local.snapshot().urls.console });
}

void main(process.argv[2] as string);
