import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { listUpload } from '../../../cli/deploy/upload';
import { ProjectCopy } from '../../support/project-copy';

const requireOfTwilioRun = createRequire(require.resolve('twilio-run/package.json'));
const { getListOfFunctionsAndAssets } = requireOfTwilioRun('@twilio-labs/serverless-api/dist/utils/fs') as {
  getListOfFunctionsAndAssets(
    root: string,
    folders: { functionsFolderNames: string[]; assetsFolderNames: string[] },
  ): Promise<Record<'functions' | 'assets', { path: string; access: string; content: string | Buffer }[]>>;
};

let project: ProjectCopy;
beforeEach(() => {
  project = new ProjectCopy();
});
afterEach(() => project.remove());

const write = (file: string, text = 'exports.handler = () => {};'): void => {
  mkdirSync(dirname(project.path('dist', file)), { recursive: true });
  writeFileSync(project.path('dist', file), text);
};

describe('the list of what is uploaded', () => {
  it("is the toolkit's own, whatever the files are called", async () => {
    for (const file of [
      'functions/open.js',
      'functions/deep/er/protected.protected.js',
      'functions/shared.private.js',
      'functions/shared.private.js.map',
      'functions/types.d.ts',
      'functions/.DS_Store',
      'assets/.DS_Store',
      'assets/logo with space.png',
      'assets/data.private.json',
      'assets/deep/page.protected.html',
      'assets/module.private.js',
      'assets/module.private.js.map',
      'assets/no-extension',
    ]) {
      write(file, `content of ${file}`);
    }
    const folders = { functionsFolderNames: ['dist/functions'], assetsFolderNames: ['dist/assets'] };
    const expected = await getListOfFunctionsAndAssets(project.root, folders);
    const listed = listUpload(project.root);
    expect(listed.assets.map(({ file }) => file)).toContain('assets/deep/page.protected.html');
    for (const kind of ['functions', 'assets'] as const) {
      const uploaded = expected[kind].map(({ path, access, content }) => ({
        path,
        visibility: access,
        bytes: Buffer.byteLength(content),
      }));
      const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : 1);
      const found = listed[kind].map(({ file: _file, ...one }) => one);
      expect(found.sort(byPath)).toEqual(uploaded.sort(byPath));
    }
  });

  it('has the variables that are not empty, later ones first, without any credentials', () => {
    write('functions/a.js');
    write('assets/a.private.json');
    const credentials = [
      'ACCOUNT_SID',
      'AUTH_TOKEN',
      'TWILIO_AUTH_TOKEN',
      'TWILIO_API_KEY',
      'TWILIO_API_SECRET',
    ];
    const { variables, dependencies } = listUpload(
      project.root,
      { FLEX_QUEUE_SID: 'local', OUTBOUND_API_KEY: 'local' },
      {
        FLEX_QUEUE_SID: '',
        OUTBOUND_API_KEY: 'own',
        ...Object.fromEntries(credentials.map((name) => [name, 'secret'])),
      },
    );
    expect(variables).toEqual({ FLEX_QUEUE_SID: 'local', OUTBOUND_API_KEY: 'own' });
    expect(dependencies).toEqual({
      '@twilio/runtime-handler': expect.stringMatching(/^\d+\.\d+\.\d+$/),
      twilio: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });
});
