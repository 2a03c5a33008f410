import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { errorsPage } from './errors-page';

export interface PageFile {
  type: string;
  body: string | Buffer;
}

/**
 * Bundles the console's page, in memory. It needs nothing from the network.
 *
 * @returns the files by URL path
 */
export async function bundleConsole(): Promise<Map<string, PageFile>> {
  const [html, icon, errors, script] = await Promise.all([
    readFile(join(__dirname, 'index.html'), 'utf8'),
    readFile(join(__dirname, 'icon.svg'), 'utf8'),
    // Somebody may keep the project without its docs.
    readFile(join(__dirname, '../../docs/errors.md'), 'utf8').catch(
      () => '# Errors\n\nThere is no docs/errors.md.',
    ),
    build({
      entryPoints: [join(__dirname, 'main.tsx')],
      bundle: true,
      write: false,
      outdir: '/',
      minify: true,
      target: 'es2022',
      format: 'esm',
      jsx: 'automatic',
      jsxImportSource: 'preact',
      logLevel: 'silent',
    }),
  ]);
  const textOf = (ending: string): string =>
    script.outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return new Map([
    ['/', { type: 'text/html; charset=utf-8', body: html }],
    ['/main.js', { type: 'text/javascript; charset=utf-8', body: textOf('.js') }],
    ['/main.css', { type: 'text/css; charset=utf-8', body: textOf('.css') }],
    ['/errors', { type: 'text/html; charset=utf-8', body: errorsPage(errors) }],
    ['/icon.svg', { type: 'image/svg+xml', body: icon }],
  ]);
}
