import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
const dist = join(root, 'dist');
const functions = [
  ...['conversations', 'crm', 'outgoing-conversation', 'routing', 'templates'].map(
    (name) => `functions/callbacks/${name}.protected.js`,
  ),
  // Pages and servers call it, not Twilio, so that it has no signature to check: it verifies the caller itself.
  'functions/flex/outbound-message.js',
  // Cron services call it, with a key of its own.
  'functions/maintenance/sweep.js',
];
const textOf = (file: string): string => readFileSync(join(dist, file), 'utf8');

describe('the deployment', () => {
  it('has the functions and the private assets, and nothing else', () => {
    const files = readdirSync(dist, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(dist.length + 1));
    expect(files.sort()).toEqual([
      ...['customers', 'routing', 'templates'].map((name) => `assets/${name}.private.json`),
      ...functions,
    ]);
  });

  it.each(functions)('has %s as one small file that needs nothing but Node.js', (file) => {
    const text = textOf(file);
    const required = [...text.matchAll(/\b(?:require|import)\(["'`]([^"'`]+)["'`]\)/g)].map(([, name]) =>
      String(name),
    );
    expect(required.length).toBeGreaterThan(0);
    // None is hidden behind an expression, and nothing finds a neighbour by its place.
    expect(text.match(/\b(?:require|import)\((?!["'`])/g) ?? []).toEqual([]);
    expect(text).not.toMatch(/\b__dirname\b|\b__filename\b|import\.meta/);
    expect(required.filter((name) => !isBuiltin(name))).toEqual([]);
    // The Conversations webhooks include routing; a sweep includes it, and what finishes outbound starts.
    expect(Buffer.byteLength(text)).toBeLessThan(file.includes('/callbacks/') ? 90_000 : 150_000);
  });

  it.each(functions)('has no phone-number library, source map or path of a machine in %s', (file) => {
    const text = textOf(file);
    expect(text).not.toMatch(/libphonenumber|PhoneNumberMetadata|sourceMappingURL/i);
    for (const path of [root, homedir(), tmpdir()]) expect(text).not.toContain(`${path}/`);
  });
});
