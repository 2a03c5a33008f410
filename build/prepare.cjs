// Plain JavaScript without packages: it must run, and say what is missing, when nothing is installed.
const { spawnSync } = require('node:child_process');
const { existsSync } = require('node:fs');
const { join, resolve } = require('node:path');

const root = resolve(__dirname, '..');

/** @returns whether `dist/` could be built; what is wrong is printed */
function build() {
  const missing = ['tsx', 'esbuild'].filter((name) => !isInstalled(name));
  if (missing.length > 0) {
    console.error(
      `${missing.join(' and ')} not installed: --omit=dev or NODE_ENV=production leaves out what the build needs.`,
    );
    console.error('  → npm ci --include=dev');
    return false;
  }
  // All to stderr: a program may read the toolkit's stdout.
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', join('cli', 'main.ts'), 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  return status === 0;
}

function isInstalled(name) {
  try {
    return require.resolve(name, { paths: [root] }) !== '';
  } catch {
    return false;
  }
}

/** Builds when there is no `dist/` yet, for the toolkit's commands. When the build fails, the command ends. */
function requireBuild() {
  if (existsSync(join(root, 'dist', 'functions')) || build()) return;
  console.error(
    '\nThere is no dist/ to serve or deploy. Fix what is listed above and run the command again.',
  );
  process.exit(1);
}

module.exports = { requireBuild };

// npm runs this after an install, which must not fail because of invalid data.
if (require.main === module && !build()) {
  const state = existsSync(join(root, 'dist', 'functions')) ? 'is out of date' : 'is missing';
  console.error(
    `\nThe packages are installed, but dist/ ${state}. Fix what is listed above, then: npm run build`,
  );
}
