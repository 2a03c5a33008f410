import { once } from 'node:events';
import { createServer } from 'node:http';
import { validateRequest } from 'twilio/lib/webhooks/webhooks';
import { waitForBuild } from '../../../cli/deploy/wait-for-build';

const authToken = '0'.repeat(32);
const path = '/callbacks/crm';

/** Functions that answer as these builds, one after the other, the last one for ever. */
async function serve(builds: (string | undefined)[]) {
  let url = '';
  const signed: boolean[] = [];
  const server = createServer((request, response) => {
    const signature = String(request.headers['x-twilio-signature']);
    signed.push(validateRequest(authToken, signature, `${url}${path}`, { BuildProbe: '1' }));
    const id = builds.length > 1 ? builds.shift() : builds[0];
    response.writeHead(id === undefined ? 400 : 200, id === undefined ? {} : { 'X-Build-Id': id }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { url, signed, stop };
}

describe('after a deploy', () => {
  it('asks with a signature until the new build answers', async () => {
    const { url, signed, stop } = await serve([undefined, 'build-old', 'build-new']);
    expect(await waitForBuild(url, { buildId: 'build-new', path, authToken })).toBe(true);
    expect(signed).toEqual([true, true, true]);
    stop();
  });

  it.each([[['build-old']], [[undefined]]])('gives up when only %j answers', async (builds) => {
    const { url, stop } = await serve(builds);
    expect(await waitForBuild(url, { buildId: 'build-new', path, authToken, patience: 0 })).toBe(false);
    stop();
  });

  it('gives up when nobody answers', async () => {
    const { url, stop } = await serve(['build-new']);
    stop();
    expect(await waitForBuild(url, { buildId: 'build-new', path, authToken, patience: 0 })).toBe(false);
  });
});
