import { rmSync } from 'node:fs';
import { constants } from 'node:os';
import { createTemporaryFolder } from '../../simulator/temporary-folder';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does some work with a temporary folder. Customers are written there: it is removed in any case, also when the command is
 * ended. What a killed process leaves, the next one removes.
 */
export async function withTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = createTemporaryFolder();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const end = (signal: (typeof signals)[number]): void => {
    remove();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of signals) process.once(signal, end);
  try {
    return await work(folder);
  } finally {
    for (const signal of signals) process.off(signal, end);
    remove();
  }
}
