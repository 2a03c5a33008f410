import { buildProject } from '../build/build-project';

/** Builds a project in a process of its own, and sends what that took. Argument: the project's folder. */
async function main(folder: string): Promise<void> {
  const build = await buildProject(folder);
  if (!build.ok) throw new Error(build.report);
  const { user, system } = process.cpuUsage();
  process.send?.({ seconds: (user + system) / 1e6, memory: process.resourceUsage().maxRSS / 1024 });
}

void main(process.argv[2] as string);
