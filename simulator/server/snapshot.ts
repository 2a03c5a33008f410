import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Snapshot } from '../api';
import type { ProjectData } from '../project-data';
import type { ScenarioParts } from '../scenarios/context';
import { scenarios } from '../scenarios/list';
import { simulatedConversation } from '../simulated-conversation';

/** @returns the answer to `GET /api/state`, except for what only `LocalTwilio` knows */
export function takeSnapshot(
  { settings, workers, customers, state, flex }: ScenarioParts,
  { numbers }: ProjectData,
): Omit<Snapshot, 'version' | 'urls' | 'build'> {
  return {
    settings: settings.current,
    numbers,
    workers: workers.list(),
    customers: customers.list(),
    conversations: state.conversations().map(({ sid }) => simulatedConversation(state, sid)),
    scenarios: scenarios.map(({ name, title, description, failing }) => ({
      name,
      title,
      description,
      failing,
    })),
    flex: flex.snapshot(),
  };
}

/** @returns the version of the project in a folder */
export function packageVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
}
