import { resolve } from 'node:path';
import type { SimulatedConversation } from '../../simulator/api';
import { freePorts } from '../../simulator/listen';
import { LocalTwilio } from '../../simulator/local-twilio';
import { simulatedConversation } from '../../simulator/simulated-conversation';

export const root = resolve(__dirname, '../..');

export interface RunningLocal {
  local: LocalTwilio;
  functions: string;
  console: string;
  /** What the functions printed. */
  output: string[];
  conversation(sid: string): SimulatedConversation;
  stop(): Promise<void>;
}

/** Starts a local Twilio on the built project, on ports that nobody uses. */
export async function startLocal(project = root): Promise<RunningLocal> {
  const [functionsPort = 0, consolePort = 0, proxyPort = 0] = await freePorts(3);
  const ports = { functions: functionsPort, console: consolePort, proxy: proxyPort };
  const output: string[] = [];
  const local = new LocalTwilio({ root: project, ports, onOutput: (line) => output.push(line) });
  await local.start();
  const { functions, console } = local.snapshot().urls;
  return {
    local,
    functions,
    console,
    output,
    conversation: (sid) => simulatedConversation(local.state, sid),
    stop: () => local.stop(),
  };
}
