import { once } from 'node:events';
import { resolve } from 'node:path';
import { watch } from 'chokidar';
import type { Snapshot } from '../simulator/api';
import { ProjectProblem } from '../simulator/other-project/config';
import {
  describeProject,
  type OtherProject,
  readOtherProject,
} from '../simulator/other-project/read-project';
import { UsageError } from './program';

/** Another project that `npm start` serves. */
export interface ServedProject {
  root: string;
  /** Reads it, or what is left of it after a change that is wrong. */
  read(): OtherProject;
  /** @returns what is configured, in lines for people */
  describe(): string;
}

/**
 * @returns the project that the options name; undefined for this one
 * @throws UsageError that says what is missing or wrong
 */
export function otherProjectOf({
  project,
  config,
}: {
  project?: string;
  config?: string;
}): ServedProject | undefined {
  if (project === undefined) {
    if (config === undefined) return undefined;
    throw new UsageError('--config is for another project: name it with --project.');
  }
  // npm runs scripts in the project's folder, whatever folder it was called in.
  const base = process.env.INIT_CWD ?? process.cwd();
  const root = resolve(base, project);
  const read = (): OtherProject =>
    readOtherProject(root, config === undefined ? undefined : resolve(base, config));
  try {
    read();
  } catch (error) {
    throw error instanceof ProjectProblem ? new UsageError(error.message) : error;
  }
  return { root, read, describe: () => describeProject(read(), root) };
}

/** Serves the project again whenever one of its files changes. */
export async function watchOtherProject(
  { root, read, describe }: ServedProject,
  print: (line: string) => void,
  onChange: (build: Snapshot['build']) => Promise<void>,
): Promise<void> {
  const { functionsFolder, assetsFolder, configFile } = read();
  const watched = [
    functionsFolder,
    assetsFolder,
    configFile,
    ...['.env', 'package.json'].map((name) => resolve(root, name)),
  ];
  const watcher = watch(
    watched.filter((path) => path !== undefined),
    { ignoreInitial: true },
  );
  await once(watcher, 'ready');
  let turn = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  const reload = async (): Promise<void> => {
    try {
      print(describe());
    } catch (error) {
      if (!(error instanceof ProjectProblem)) throw error;
      console.error(`${error.message}\nWhat was served before goes on. Fix it and save.`);
      return onChange({ ok: false, report: error.message });
    }
    await onChange({ ok: true });
  };
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      turn = turn.then(reload).catch((error: unknown) => console.error(String(error)));
    }, 100);
  });
}
