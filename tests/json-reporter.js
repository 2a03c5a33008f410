/** Writes jest's aggregated result to the file named by JEST_JSON_REPORT, beside the usual report. */
const { writeFileSync } = require('node:fs');

module.exports = class JsonReporter {
  onRunComplete(_contexts, results) {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
    writeFileSync(
      process.env.JEST_JSON_REPORT,
      JSON.stringify({ numPassedTests, numFailedTests, numRuntimeErrorTestSuites }),
    );
  }
};
