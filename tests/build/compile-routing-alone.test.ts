import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileRoutingAlone } from '../../build/compile-routing-alone';
import { compileData, readSources } from '../../build/data/compile';
import { projectRoot } from '../support/project';

const folder = mkdtempSync(join(tmpdir(), 'routing-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('routing data without the customers', () => {
  it('is compiled as with them, except for the addresses of customers', async () => {
    const assets = join(projectRoot, 'assets');
    const built = compileData(await readSources(assets)).assets.get('routing.private.json') ?? '';
    const routing = JSON.parse(built) as { routing: object };
    expect(await compileRoutingAlone(assets)).toEqual({
      ...routing,
      routing: { ...routing.routing, addresses: expect.any(Object) },
    });
  });

  it.each([
    ['missing', undefined],
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0xff])],
    ['not JSON', '{'],
    ['not routing data', '{"workers": []}'],
    ['one with a key that is there twice', '{"workers": [], "workers": []}'],
    [
      'one that names an unknown worker',
      '{"workers": [], "proxyAddresses": {}, "routing": {"defaultWorker": "alice@example.com"}}',
    ],
  ])('is undefined for a file that is %s', async (_what, content) => {
    if (content !== undefined) writeFileSync(join(folder, 'routing.private.json'), content);
    expect(await compileRoutingAlone(folder)).toBeUndefined();
  });
});
