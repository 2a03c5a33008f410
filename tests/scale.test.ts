import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { countRequests, type EventRequests, requestKinds } from '../bench/requests-per-event';
import { root, startLocal } from './simulator/local';
import { ProjectCopy } from './support/project-copy';

const run = promisify(execFile);
const page = readFileSync(join(root, 'docs/scale.md'), 'utf8');

/** A row of the page's table: event, case, and how many requests of each kind. */
type Row = [string, string, ...number[]];

const rows: Row[] = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \|((?: \d+ \|){6})$/gm)].map(
  ([, event = '', when = '', counts = '']) => [event, when, ...[...counts.matchAll(/\d+/g)].map(Number)],
);
const toRow = ({ event, when, requests }: EventRequests): Row => {
  const counts = requestKinds.map((kind) => requests[kind]);
  return [event, when, ...counts, counts.reduce((sum, one) => sum + one, 0)];
};

async function count(folder: string): Promise<Row[]> {
  const running = await startLocal(folder);
  try {
    return (await countRequests(running.local)).map(toRow);
  } finally {
    await running.stop();
  }
}

describe('the requests of each event in docs/scale.md', () => {
  it('are those that the functions make', async () => {
    expect(rows.filter(([event]) => event !== 'onConversationAdded')).toEqual(await count(root));
  });

  it('are those that they make without Frontline', async () => {
    const project = new ProjectCopy();
    try {
      const file = project.path('assets/routing.private.json');
      const data = JSON.parse(readFileSync(file, 'utf8')) as { routing: object };
      data.routing = { ...data.routing, on: 'onConversationAdded', respectAvailability: false };
      writeFileSync(file, JSON.stringify(data));
      await run(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'build'], { cwd: project.root });
      const routed = (await count(project.root)).filter(([event]) => event === 'onConversationAdded');
      expect(rows.filter(([event]) => event === 'onConversationAdded')).toEqual(routed);
    } finally {
      project.remove();
    }
  });
});
