import { readdir } from 'node:fs/promises';
import nodePath, { join, type PlatformPath } from 'node:path';
import { build } from 'esbuild';
import { buildIdPlaceholder } from './build-id';
import { pathBelow } from './write-dist';

/**
 * Bundles each function into one self-contained CommonJS file: once deployed, a file cannot import
 * another one. `twilio` is left out: Twilio installs it.
 *
 * @param root the project's folder
 * @returns the files' text by their path below `functions/`, e.g. `callbacks/routing.protected.js`
 * @throws esbuild's BuildFailure with every problem in `errors`
 */
export async function bundleFunctions(root: string): Promise<Map<string, string>> {
  const folder = join(root, 'functions');
  const sources = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const files = new Map<string, string>();
  await Promise.all(
    sources.map(async (source) => {
      const entry = join(folder, source);
      const result = await build({
        entryPoints: [entry],
        // The bundle names its sources in comments, relative to this folder: the build id depends on them.
        absWorkingDir: root,
        bundle: true,
        write: false,
        platform: 'node',
        target: 'node20',
        format: 'cjs',
        external: ['twilio', 'twilio/*'],
        define: { BUILD_ID: JSON.stringify(buildIdPlaceholder) },
        minifySyntax: true,
        legalComments: 'none',
        logLevel: 'silent',
      });
      files.set(functionPath(folder, entry), result.outputFiles[0]?.text ?? '');
    }),
  );
  return files;
}

/** @returns the path of a source file's function below `functions/`, on any platform */
export function functionPath(folder: string, source: string, path: PlatformPath = nodePath): string {
  return pathBelow(folder, source, path).replace(/\.ts$/, '.js');
}
