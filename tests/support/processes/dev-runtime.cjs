/**
 * Twilio's own development runtime, as `twilio-run start` runs it, on the folder that is the working directory.
 * Its `listen` would listen on every interface, so only its Express app is taken.
 */
const { createRequire } = require('node:module');
const { LocalDevelopmentServer } = require('@twilio/runtime-handler/dev');
const { serve } = require('./serve.cjs');

const requireOfTwilioRun = createRequire(require.resolve('twilio-run/package.json'));
const { getListOfFunctionsAndAssets } = requireOfTwilioRun('@twilio-labs/serverless-api/dist/utils/fs');

serve({
  async configure({ env }, port) {
    const baseDir = process.cwd();
    const routes = await getListOfFunctionsAndAssets(baseDir, {
      functionsFolderNames: ['functions'],
      assetsFolderNames: ['assets'],
    });
    for (const { filePath } of routes.functions) delete require.cache[require.resolve(filePath)];
    const server = new LocalDevelopmentServer(port, {
      appName: 'tests',
      baseDir,
      env,
      port,
      url: `http://127.0.0.1:${port}`,
      routes,
      forkProcess: false,
      live: false,
      logs: false,
      detailedLogs: false,
      enableDebugLogs: false,
      legacyMode: false,
    });
    return server.getApp();
  },
});
