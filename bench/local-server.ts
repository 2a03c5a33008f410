import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from '../cli/project-folder';

/** A local Twilio in a process of its own. */
export interface LocalServer {
  /** The console and its control API. */
  url: string;
  /** @returns the megabytes of the process (its resident set), and of its heap that are in use */
  memory(): Promise<{ rss: number; heap: number }>;
  stop(): Promise<void>;
}

/** Starts a local Twilio on a built project, with the options of Node.js that `npm start` has. */
export async function startLocalServer(folder: string): Promise<LocalServer> {
  const { scripts } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    scripts: { start: string };
  };
  const words = scripts.start.split(' ');
  const execArgv = words.slice(1, words.indexOf('cli/main.ts'));
  const server = fork(join(__dirname, 'console-server.ts'), [folder], { execArgv });
  const { url } = await answerOf<{ url: string }>(server);
  return {
    url,
    async memory() {
      server.send('memory');
      const { rss, heapUsed } = await answerOf<NodeJS.MemoryUsage>(server);
      return { rss: rss / 1e6, heap: heapUsed / 1e6 };
    },
    async stop() {
      server.disconnect();
      await once(server, 'exit');
    },
  };
}

async function answerOf<T>(server: ChildProcess): Promise<T> {
  const [answer] = (await once(server, 'message')) as [T];
  return answer;
}
