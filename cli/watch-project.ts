import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { watch } from 'chokidar';
import { type BuildResult, buildProject } from '../build/build-project';
import { watchNpm } from './end-with-npm';
import { hasColors } from './output';
import { printBuild } from './print-build';
import { withProgress } from './progress';

/** How long stopping may take, in milliseconds. */
const longestStopMs = 5_000;

async function build(root: string, print: typeof printBuild): Promise<BuildResult> {
  const started = performance.now();
  const color = hasColors('stderr');
  // What runs prints lines meanwhile, and has to be stopped by Ctrl-C.
  const result = await withProgress(undefined, (report) => buildProject(root, { color, report }), {
    onlyLines: true,
  }).catch((error: unknown): BuildResult => ({ ok: false, report: String(error) }));
  print(result, performance.now() - started);
  return result;
}

/**
 * Builds, and builds again whenever a file changes that the build reads, one build at a time. It starts to watch before
 * the first build, so that no change is missed.
 *
 * @param onBuild gets each result, and the paths that have changed: none for the first build
 * @param print tells the user the result; how far a long build is, is said on stderr
 * @returns once the first build is done and `onBuild` has run
 */
export async function watchProject(
  root: string,
  onBuild: (result: BuildResult, changed: ReadonlySet<string>) => Promise<void>,
  print = printBuild,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let changed = new Set<string>();
  let lastIsOk = false;
  const rebuild = async (): Promise<void> => {
    const paths = changed;
    changed = new Set();
    const result = await build(root, print);
    lastIsOk = result.ok;
    await onBuild(result, paths);
  };
  const watched = ['functions', 'lib', 'assets', '.env'].map((name) => join(root, name));
  const watcher = watch(watched, { ignoreInitial: true });
  // Somebody may delete what was built. A build itself replaces the link, which is no reason to build again.
  const dist = join(root, 'dist');
  const built = watch([dist, join(root, '.builds')], {
    ignoreInitial: true,
    followSymlinks: false,
    depth: 0,
  });
  await Promise.all([once(watcher, 'ready'), once(built, 'ready')]);
  const first = rebuild();
  let turn = first.catch(() => undefined);
  const enqueue = (build: () => Promise<void>): void => {
    turn = turn.then(build).catch((error: unknown) => console.error(String(error)));
  };
  watcher.on('all', (_event, path) => {
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => enqueue(rebuild), 100);
  });
  built.on('all', () => {
    enqueue(async () => {
      // A link may be there that leads nowhere. A build that failed is not tried again: nothing has changed.
      if (lastIsOk && !existsSync(join(dist, 'functions'))) await rebuild();
    });
  });
  await first;
}

/**
 * Runs `stop` once and then ends the process: on a signal, when the terminal closes, and when npm is gone. Whatever
 * else happens, it ends some seconds later.
 */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const end = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), longestStopMs).unref();
    void stop().finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // Nobody reads what is printed any more: that must not end the process before it has stopped what it started.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end);
  watchNpm(end);
}
