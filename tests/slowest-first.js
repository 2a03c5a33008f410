const { resolve } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/**
 * The files that take longest, the longest first: one that began last would leave the other workers idle. Without a
 * cache of earlier runs, as in CI, Jest goes by the files' sizes.
 */
const slowest = [
  'simulator/start',
  'interleavings/routing',
  'fuzz/fuzz',
  'simulator/process-life',
  'cli/deploy/deploy',
  'simulator/console-accessibility',
  'cli/data',
  'cli/command-line',
  'callbacks/routing-trouble',
  'simulator/console-feedback',
  'cli/sweep',
  'outbound-faults/outbound-faults',
  'simulator/other-project',
  'outbound-faults/over-http',
  'cli/data-reassign',
  'simulator/console',
  'simulator/console-lists',
  'simulator/end-to-end',
  'build/prepare',
  'cli/screenshots',
  'cli/failures',
  'start',
  'cli/setup/command',
  'cli/doctor/command',
  'callbacks/routing',
  'cli/deploy/deploy-docs',
  'cli/data-texts',
  'cli/data-import',
  'cli/check',
  'contributing',
  'readme',
  'wire/routing',
  'simulator/simulate',
].map((name) => resolve(__dirname, `${name}.test.ts`));

/** @param {string} path */
function rankOf(path) {
  const rank = slowest.indexOf(path);
  return rank < 0 ? slowest.length : rank;
}

module.exports = class SlowestFirst extends Sequencer {
  sort(tests) {
    return super.sort(tests).sort((a, b) => rankOf(a.path) - rankOf(b.path));
  }
};
