import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createTemporaryFolder } from '../../simulator/temporary-folder';

it('is open to its user alone; a start removes those of killed processes of this machine, and no others', async () => {
  const own = createTemporaryFolder();
  expect(statSync(own).mode & 0o777).toBe(0o700);
  const [, , host = '', pid = ''] = basename(own).split('-');
  expect(pid).toBe(String(process.pid));
  const { pid: ended } = spawnSync(process.execPath, ['-e', '']);
  const named = (owner: string, of: number): string =>
    join(dirname(own), `local-twilio-${owner}-${of}-abcdef`);
  const leftover = named(host, ended);
  const others = [named(host, process.ppid), named('00000000', ended)];
  for (const folder of [leftover, ...others]) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'ca.pem'), '');
  }
  let next = '';
  await jest.isolateModulesAsync(async () => {
    next = (await import('../../simulator/temporary-folder')).createTemporaryFolder();
  });
  expect([leftover, ...others, own, next].map((folder) => existsSync(folder))).toEqual([
    false,
    true,
    true,
    true,
    true,
  ]);
  for (const folder of [...others, own, next]) rmSync(folder, { recursive: true });
});
