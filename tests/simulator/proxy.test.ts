import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type RunningProxy, startProxy } from '../../simulator/twilio/http/proxy';
import { accountSid, authToken, useRestApi } from './rest-api';

const api = useRestApi();

describe('the proxy', () => {
  let proxy: RunningProxy;
  beforeEach(async () => {
    proxy = await startProxy(api.rest, { port: 0 });
  });
  afterEach(() => proxy.close());

  /** Runs a script in a process of its own, where the SDK finds the proxy by two variables. */
  async function run(script: string): Promise<string> {
    const { PATH = '' } = process.env;
    const env = { PATH, HTTP_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: proxy.caFile };
    const child = spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    await once(child, 'close');
    return output.trim();
  }
  const sdk = `const client = require('twilio')('${accountSid}', '${authToken}', { timeout: 1000 });`;

  it('lets the SDK of another process reach the local Twilio, and nothing else', async () => {
    const output = await run(`${sdk}
      client.conversations.v1.conversations.create({ friendlyName: 'Åda + 1' })
        .then((one) => client.conversations.v1.conversations(one.sid).fetch())
        .then((one) => console.log(one.friendlyName));`);
    expect(output).toBe('Åda + 1');
    expect(api.state.conversations()).toHaveLength(1);
    expect(proxy.escapes).toEqual([]);
    const elsewhere = await run(`
      require('axios').get('https://example.com', { proxy: false, httpsAgent: require('https-proxy-agent')(process.env.HTTP_PROXY) })
        .catch((error) => console.log('refused'));`);
    expect(elsewhere).toContain('refused');
    expect(proxy.escapes).toEqual(['example.com:443']);
  });

  it('passes faults on to the SDK', async () => {
    const list = `${sdk}
      client.conversations.v1.conversations.list()
        .then((all) => console.log('got', all.length), (error) => console.log(error.status ?? error.code));`;
    api.rest.fail({}, { status: 429, code: 20429 }, 1);
    expect(await run(list)).toBe('429');
    expect(await run(list)).toBe('got 0');
    api.rest.fail({ path: '/v1/Conversations' }, { reset: true }, 1);
    expect(await run(list)).toBe('ECONNRESET');
    api.rest.fail({}, { hang: true }, 1);
    expect(await run(list)).toBe('ECONNABORTED');
    const create = list.replace('.list()', '.create({})').replace('all.length', "'one'");
    api.rest.fail({ method: 'POST' }, { status: 500, code: 20500, after: true }, 1);
    expect(await run(create)).toBe('500');
    expect(api.state.conversations()).toHaveLength(1);
  });
});
