import { freePorts } from '../simulator/listen';
import { LocalTwilio } from '../simulator/local-twilio';

export interface Throughput {
  messages: number;
  seconds: number;
  failed: number;
}

/** How many customers write; each of them starts one conversation. */
export const writers = 100;

/** Measures many inbound messages at once: hooks, routing and REST requests through gateway, functions and proxy. */
export async function timeThroughput(root: string, count: number): Promise<Throughput> {
  const [functions = 0, console = 0, proxy = 0] = await freePorts(3);
  const local = new LocalTwilio({
    root,
    ports: { functions, console, proxy },
    onOutput: () => undefined,
  });
  await local.start();
  try {
    const messages = Array.from({ length: count }, (_, i) => ({
      from: `+1917556${String(i % writers).padStart(4, '0')}`,
      body: `message ${i}`,
    }));
    const started = performance.now();
    const results = await Promise.all(messages.map((message) => local.actions.receiveInbound(message)));
    const seconds = (performance.now() - started) / 1_000;
    return { messages: count, seconds, failed: results.filter(({ ok }) => !ok).length };
  } finally {
    await local.stop();
  }
}
