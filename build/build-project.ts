import { join } from 'node:path';
import { type BuildFailure, formatMessages } from 'esbuild';
import { assembleBuild } from './build-id';
import { bundleFunctions } from './bundle';
import { compileDataInTurns, formatProblems, openSources } from './data/compile';
import { type LocatedProblem, locateProblems } from './data/locate';
import { readOtherAssets, warnOfPublic } from './other-assets';
import { writeDist } from './write-dist';

/** The result of a build; `problems` has all problems and warnings in the data, if there are any. */
export type BuildResult = { problems?: LocatedProblem[] } & (
  | {
      ok: true;
      summary: string;
      /** What the built functions answer to `npm run doctor`. */
      buildId: string;
      /** Files that were added or removed: a server has to reload its list of URLs. */
      routes: string[];
      /** The warnings about the data and about public assets, as text. */
      warnings?: string;
    }
  | { ok: false; report: string }
);

interface BuildOptions {
  color?: boolean;
  warnsOfPublic?: boolean;
  report?: (text: string) => void;
}

/**
 * Builds `dist/` from `functions/` and `assets/`: checks and normalizes the data, bundles the functions. When
 * anything is wrong, `dist/` stays as it is.
 *
 * @param root the project's folder
 * @param options.color whether report and warnings have colors for a terminal
 * @param options.warnsOfPublic whether there are warnings of public assets; `deploy` refuses those itself
 * @param options.report is told what is being done, when there are many customers
 * @returns what was built, or a report of every problem
 */
export async function buildProject(
  root: string,
  { color = false, warnsOfPublic = true, report }: BuildOptions = {},
): Promise<BuildResult> {
  const [sources, bundles, others] = await Promise.all([
    openSources(join(root, 'assets')),
    bundleFunctions(root).catch(async (failure: BuildFailure) => {
      if (!Array.isArray(failure.errors)) throw failure;
      return formatMessages(failure.errors, { kind: 'error', color });
    }),
    readOtherAssets(join(root, 'assets')),
  ]);
  const data = await compileDataInTurns(sources, report);
  const found = [...data.problems, ...data.warnings];
  const problems = found.length > 0 ? { problems: locateProblems(found, sources) } : {};
  const reports = [
    ...(data.problems.length > 0 ? [formatProblems(data.problems, color)] : []),
    ...(data.problems.length > 0 && data.warnings.length > 0 ? [formatProblems(data.warnings, color)] : []),
    ...(Array.isArray(bundles) ? bundles : []),
  ];
  if (Array.isArray(bundles) || reports.length > 0) {
    return { ok: false, report: reports.join('\n'), ...problems };
  }

  const { files, buildId } = assembleBuild(bundles, others, data.assets, data.packed);
  const routes = await writeDist(root, files);
  const warnings = [...data.warnings, ...(warnsOfPublic ? warnOfPublic(others.keys()) : [])];
  return {
    ok: true,
    summary: `${bundles.size} functions and ${data.assets.size + data.packed.size + others.size} assets are in dist/`,
    buildId,
    routes,
    ...problems,
    ...(warnings.length > 0 && { warnings: formatProblems(warnings, color) }),
  };
}
