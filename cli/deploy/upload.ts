import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { readAssetName } from '../../build/other-assets';
import type { Visibility } from '../../simulator/twilio/serverless/resources';

/** A function or an asset that is uploaded. */
export interface UploadedFile {
  /** e.g. `assets/customers.private.json`, below `dist/` */
  file: string;
  /** Its URL path, e.g. `/callbacks/crm`. */
  path: string;
  visibility: Visibility;
  bytes: number;
}

/** Everything that a deploy uploads. */
export interface Upload {
  functions: UploadedFile[];
  assets: UploadedFile[];
  /** Values by name; never printed. */
  variables: Record<string, string>;
  /** Versions by package. */
  dependencies: Record<string, string>;
}

/** What a deploy needs itself, and what Twilio sets. */
const ownVariables = [
  ...['ACCOUNT_SID', 'AUTH_TOKEN'],
  ...['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN', 'TWILIO_API_KEY', 'TWILIO_API_SECRET'],
];

/**
 * Lists what `twilio-run deploy` uploads of a built project, by its rules.
 *
 * @param root the project's folder, built
 * @param variables layers of variables; a later one wins, and an empty value is none
 * @see https://www.twilio.com/docs/labs/serverless-toolkit/general-usage
 */
export function listUpload(root: string, ...variables: Record<string, string>[]): Upload {
  const { dependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  const given = Object.assign({}, ...variables.map(withoutEmpty)) as Record<string, string>;
  for (const name of ownVariables) delete given[name];
  return {
    functions: listFiles(join(root, 'dist'), 'functions', '.js'),
    assets: listFiles(join(root, 'dist'), 'assets'),
    variables: given,
    dependencies,
  };
}

/** @param dropped an extension: only files with it are uploaded, and their paths lack it */
function listFiles(dist: string, kind: 'functions' | 'assets', dropped?: string): UploadedFile[] {
  const folder = join(dist, kind);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== '.DS_Store')
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => dropped === undefined || extname(file) === dropped);
  return files.sort().map((file) => {
    const name = file.slice(folder.length + 1).replaceAll('\\', '/');
    const { path, visibility } = readAssetName(name);
    return {
      file: `${kind}/${name}`,
      path: dropped === undefined ? path : path.slice(0, -dropped.length),
      visibility,
      bytes: statSync(file).size,
    };
  });
}

function withoutEmpty(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}
