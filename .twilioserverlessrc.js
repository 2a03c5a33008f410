const { requireBuild } = require('./build/prepare.cjs');

// Read by `twilio serverless:*` and `twilio-run`: they serve and deploy what `npm run build` made. Without it they
// would warn and go on, and a deploy would replace the service by an empty one. A getter runs for its command only.
// @see https://www.twilio.com/docs/labs/serverless-toolkit/configuration
module.exports = {
  functionsFolder: 'dist/functions',
  assetsFolder: 'dist/assets',
  commands: {
    get start() {
      requireBuild();
      return {};
    },
    get deploy() {
      requireBuild();
      return { runtime: 'node22' };
    },
  },
};
