import { Output } from '../controls/scrollable';
import { snapshot } from '../state/state';

/** The colors of a terminal: escape, bracket, numbers, and a letter. */
const escapes = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*[A-Za-z]`, 'g');

/** What the build reports, while the last build failed. */
export function BuildBanner() {
  const build = snapshot.value?.build;
  if (!build || build.ok) return null;
  return (
    <details class="banner failed" open>
      <summary>The last build failed; the previous build is still running.</summary>
      <Output label="What the build reports" text={(build.report ?? '').replace(escapes, '')} />
    </details>
  );
}
