import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProject } from '../build/build-project';
import { makeCustomersFiles } from '../build/data/pack/customers-asset';
import { madeUpCustomers } from './made-up-customers';

/** Above this, the customers are packed from memory: the source would not fit into it. */
const mostInSource = 100_000;

/** Builds a project in a process of its own, and sends what that took. Arguments: the project's folder, how many customers. */
async function main(folder: string, count: number): Promise<void> {
  if (count > mostInSource) {
    const { text, packed } = makeCustomersFiles(madeUpCustomers(count));
    const assets = join(folder, 'dist/assets');
    mkdirSync(assets, { recursive: true });
    writeFileSync(join(assets, 'customers.private.json'), text);
    for (const [name, content] of packed) writeFileSync(join(assets, name), content);
  } else {
    const build = await buildProject(folder);
    if (!build.ok) throw new Error(build.report);
  }
  const { user, system } = process.cpuUsage();
  process.send?.({ seconds: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024 });
}

void main(process.argv[2] as string, Number(process.argv[3]));
