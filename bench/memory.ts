import { setTimeout as sleep } from 'node:timers/promises';
import { freeMemory } from '../simulator/free-memory';
import { freePorts } from '../simulator/listen';
import { LocalTwilio } from '../simulator/local-twilio';

/** In megabytes. */
interface Step {
  when: string;
  rss: number;
  heap: number;
}

export interface Memory {
  conversations: number;
  /** How many of them have no worker in the end. */
  unrouted: number;
  steps: Step[];
}

/** How many customers write at once. */
const burst = 500;

/** Measures the memory of a local Twilio that many new customers write to, and what a reset gives back. */
export async function measureMemory(root: string, conversations: number): Promise<Memory> {
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  const ports = { functions, console, proxy };
  const local = new LocalTwilio({ root, ports, onOutput: () => undefined });
  const steps: Step[] = [];
  const measure = (when: string): void => {
    const { rss, heapUsed } = process.memoryUsage();
    steps.push({ when, rss: rss / 1_000_000, heap: heapUsed / 1_000_000 });
  };
  freeMemory();
  measure('before');
  const started = local.start();
  let unrouted = 0;
  try {
    for (let first = 0; first < conversations; first += burst) {
      const count = Math.min(burst, conversations - first);
      unrouted += await writeAtOnce(local, first, count);
    }
    await started;
    measure('afterwards');
    freeMemory();
    measure('without garbage');
    local.reset();
    await sleep(3_000);
    measure('after a reset');
    return { conversations, unrouted, steps };
  } finally {
    await local.stop();
  }
}

/** @returns how many of the customers have no worker */
async function writeAtOnce(local: LocalTwilio, first: number, count: number): Promise<number> {
  const results = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      local.actions.receiveInbound({ from: `+1917${5_560_000 + first + i}`, body: `message ${i}` }),
    ),
  );
  return results.filter(
    ({ conversationSid }) =>
      conversationSid === undefined ||
      !local.state.participants(conversationSid).some(({ identity }) => identity !== null),
  ).length;
}
