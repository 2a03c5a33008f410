import { spinner } from '@clack/prompts';

/** How long something may take before it says what it does, in milliseconds. */
const quietMs = 1_000;

/**
 * Does some work, and says on stderr what is being done if it takes longer than a second.
 *
 * @param text what is done, e.g. `Deploying`; when undefined, nothing is said before the work reports
 * @param work may report how far it is
 */
export async function withProgress<T>(
  text: string | undefined,
  work: (report: (text: string) => void) => Promise<T>,
): Promise<T> {
  let current = text;
  let isLong = false;
  let shown: { message(text: string): void; stop(text: string): void } | undefined;
  const show = (): void => {
    isLong = true;
    if (current === undefined || shown) return;
    if (process.stderr.isTTY) {
      const spin = spinner({ output: process.stderr });
      spin.start(current);
      shown = spin;
    } else {
      console.error(`${current} …`);
      shown = { message: () => {}, stop: () => {} };
    }
  };
  const timer = setTimeout(show, quietMs);
  try {
    return await work((next) => {
      current = next;
      if (isLong) show();
      shown?.message(next);
    });
  } finally {
    clearTimeout(timer);
    shown?.stop(current ?? '');
  }
}
