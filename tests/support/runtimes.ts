import { directRuntime } from './direct-runtime';
import { deployedRuntime, devRuntime } from './process-runtimes';
import type { TestedRuntime } from './runtime';

export type { LogLine, Running, TestedRuntime } from './runtime';

/** Where the callbacks must behave alike: `describe.each(runtimes)('$name', ({ start }) => …)`. */
export const runtimes: readonly TestedRuntime[] = [directRuntime, devRuntime, deployedRuntime];
