/** The deployed layout, as the local Twilio serves it, with questions that tests ask about each call. */
const { createRuntime } = require('../../../simulator/deployed/runtime.cjs');
const { serve } = require('./serve.cjs');

const context = {
  DOMAIN_NAME: 'callbacks-0000-test.twil.io',
  SERVICE_SID: `ZS${'0'.repeat(32)}`,
  ENVIRONMENT_SID: `ZE${'0'.repeat(32)}`,
};
const calls = new Map();

serve({
  configure({ env, functions, assets }) {
    for (const file of Object.values(functions)) delete require.cache[file];
    return createRuntime({ env, functions, assets, context }, (request, call) => {
      calls.set(Number(request.headers['i-twilio-call']), call);
    });
  },

  async settle(number) {
    const call = calls.get(number);
    if (!call) return 0;
    await Promise.race([call.end, new Promise((resolve) => setTimeout(resolve, 1_000))]);
    await new Promise(setImmediate);
    calls.delete(number);
    return call.callbacks;
  },
});
