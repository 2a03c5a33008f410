import { setTimeout as sleep } from 'node:timers/promises';
import type { ConversationPage } from '../simulator/api-lists';
import { startLocalServer } from './local-server';

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
  const server = await startLocalServer(root);
  const steps: Step[] = [];
  const measure = async (when: string): Promise<void> => {
    steps.push({ when, ...(await server.memory()) });
  };
  try {
    await measure('before');
    for (let first = 0; first < conversations; first += burst) {
      await writeAtOnce(server.url, first, Math.min(burst, conversations - first));
    }
    await measure('afterwards');
    const unrouted = await countUnrouted(server.url);
    await fetch(`${server.url}/api/reset`, { method: 'POST' });
    await sleep(3_000);
    await measure('after a reset');
    return { conversations, unrouted, steps };
  } finally {
    await server.stop();
  }
}

async function writeAtOnce(url: string, first: number, count: number): Promise<void> {
  const write = async (number: number): Promise<void> => {
    const body = { from: `+1917${5_560_000 + number}`, body: `message ${number}` };
    const answer = await fetch(`${url}/api/inbound`, { method: 'POST', body: JSON.stringify(body) });
    await answer.arrayBuffer();
  };
  await Promise.all(Array.from({ length: count }, (_, i) => write(first + i)));
}

/** @returns how many conversations have no worker */
async function countUnrouted(url: string): Promise<number> {
  let count = 0;
  let before: string | undefined;
  do {
    const query = new URLSearchParams({ unrouted: 'true', limit: '100', ...(before && { before }) });
    const page = (await (await fetch(`${url}/api/conversations?${query}`)).json()) as ConversationPage;
    count += page.conversations.length;
    before = page.next;
  } while (before !== undefined);
  return count;
}
