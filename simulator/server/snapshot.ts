import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../api';
import type { ProjectData } from '../project-data';
import type { ScenarioParts } from '../scenarios/context';
import { scenarios } from '../scenarios/list';

/** The most interactions that a snapshot has; it is sent at every change of one. */
const mostInteractions = 100;

/** @returns the answer to `GET /api/state`, except for what only `LocalTwilio` knows */
export function takeSnapshot(
  { settings, workers, customers, flex }: ScenarioParts,
  { numbers, index }: ProjectData,
): Omit<Snapshot, 'version' | 'urls' | 'build' | 'data'> & { data: Omit<Snapshot['data'], 'loadedAt'> } {
  const { interactions, ...flexSide } = flex.snapshot();
  const people = workers.list();
  return {
    data: { customers: index.count, workers: people.length },
    settings: settings.current,
    defaults: settings.defaults,
    numbers,
    workers: people,
    phones: customers.owned(3),
    scenarios: scenarios.map(({ name, title, description, failing }) => ({
      name,
      title,
      description,
      failing,
    })),
    flex: { ...flexSide, interactions: interactions.slice(0, mostInteractions) },
  };
}

/** @returns the version of the project in a folder; empty if it has none */
export function packageVersion(root: string): string {
  const file = join(root, 'package.json');
  if (!existsSync(file)) return '';
  return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version ?? '';
}
