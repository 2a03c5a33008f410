/** How long something may take before it says what it does, and until a line says it again, in milliseconds. */
const [quietMs, betweenLinesMs] = [1_000, 10_000];

/** Where it is shown what is being done. */
interface Display {
  show(text: string): void;
  stop(text: string): void;
}

/** How progress is shown. */
interface ProgressOptions {
  /** Also on a terminal only lines: where other lines are printed meanwhile, and where Ctrl-C must stop more than this. */
  onlyLines?: boolean;
}

/**
 * Does some work, and says on stderr what is being done if it takes longer than a second: on a terminal as it goes,
 * elsewhere with a line now and then.
 *
 * @param text what is done, e.g. `Deploying`; when undefined, nothing is said before the work reports
 * @param work may report how far it is
 */
export async function withProgress<T>(
  text: string | undefined,
  work: (report: (text: string) => void) => Promise<T>,
  { onlyLines = false }: ProgressOptions = {},
): Promise<T> {
  const started = performance.now();
  const display = process.stderr.isTTY && !onlyLines ? await openSpinner() : openLines();
  let current = text;
  const show = (): void => {
    if (current !== undefined && performance.now() - started >= quietMs) display.show(current);
  };
  const timer = setInterval(show, quietMs);
  try {
    return await work((next) => {
      current = next;
      show();
    });
  } finally {
    clearInterval(timer);
    display.stop(current ?? '');
  }
}

async function openSpinner(): Promise<Display> {
  const { spinner } = await import('@clack/prompts');
  let shown: ReturnType<typeof spinner> | undefined;
  let last: string | undefined;
  return {
    show(text) {
      if (text === last) return;
      last = text;
      if (shown) return shown.message(text);
      shown = spinner({ output: process.stderr });
      shown.start(text);
    },
    stop: (text) => shown?.stop(text),
  };
}

function openLines(): Display {
  let last: string | undefined;
  let printedAt = Number.NEGATIVE_INFINITY;
  return {
    show(text) {
      const now = performance.now();
      if (text === last || now - printedAt < betweenLinesMs) return;
      [last, printedAt] = [text, now];
      console.error(`${text} …`);
    },
    stop: () => {},
  };
}
