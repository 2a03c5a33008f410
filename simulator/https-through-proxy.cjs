/**
 * Loaded into a process before anything else: what calls Twilio by Node's own `https`, as the Flex token validator
 * does, goes through the proxy that LOCAL_TWILIO_PROXY names. The `twilio` SDK finds its way by HTTP_PROXY itself.
 */
const { readFileSync } = require('node:fs');
const https = require('node:https');
const { HttpsProxyAgent } = require('https-proxy-agent');

/** @returns an agent that goes through a proxy which ends TLS itself, with the certificate in `caFile` */
function throughProxy(url, caFile) {
  const ca = readFileSync(caFile);
  return new (class extends HttpsProxyAgent {
    callback(request, options) {
      return super.callback(request, { ...options, ca });
    }
  })(url);
}

const { LOCAL_TWILIO_PROXY, NODE_EXTRA_CA_CERTS } = process.env;
if (LOCAL_TWILIO_PROXY && NODE_EXTRA_CA_CERTS) {
  https.globalAgent = throughProxy(LOCAL_TWILIO_PROXY, NODE_EXTRA_CA_CERTS);
}

module.exports = { throughProxy };
