import { directRuntime } from './direct-runtime';
import { deployedRuntime, devRuntime } from './process-runtimes';
import type { Running, StartOptions, TestedRuntime } from './runtime';

export type { LogLine, Running, TestedRuntime } from './runtime';

/** Where the callbacks must behave alike: `describe.each(runtimes)('$name', (runtime) => …)`. */
export const runtimes: readonly TestedRuntime[] = [directRuntime, devRuntime, deployedRuntime];

/**
 * Starts a runtime before the tests of a `describe`, and stops it after them.
 *
 * @returns the runtime, for use in the tests
 */
export function useRuntime(runtime: TestedRuntime, options?: StartOptions): Running {
  let running: Running | undefined;
  beforeAll(async () => {
    running = await runtime.start(options);
  });
  afterAll(() => running?.stop());
  return new Proxy({} as Running, {
    get: (_target, name: keyof Running) => {
      if (running) return running[name];
      throw new Error('The runtime runs in tests and their hooks only');
    },
    set: () => false,
  });
}
