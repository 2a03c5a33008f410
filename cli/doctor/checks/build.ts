import { npmCommand } from '../../npm-command';
import { type Finding, finding } from '../findings';
import type { Subject } from '../subject';

/** Compares `dist/` with the sources: the toolkit's own commands deploy `dist/` as it is. */
export async function checkDist({ buildId, distBuildId, isLocal, environment }: Subject): Promise<Finding[]> {
  if (distBuildId === undefined) {
    const text = 'There is no dist/, or it was built before builds had ids';
    return [finding('dist_missing', text, 'npm run build')];
  }
  if (distBuildId === buildId) return [];
  const text = `dist/ is not what functions/, lib/ and assets/ make: it has ${distBuildId}, they make ${buildId}`;
  const deploy = npmCommand('deploy', { isLocal, environment });
  return [finding('dist_stale', text, `npm run build; ${deploy} builds by itself`)];
}
