import { checkUpload } from '../../../cli/deploy/check-upload';
import type { Upload, UploadedFile } from '../../../cli/deploy/upload';

const file = (changes: Partial<UploadedFile> = {}): UploadedFile => ({
  file: 'assets/customers.private.json',
  path: '/customers.json',
  visibility: 'private',
  bytes: 1_000,
  ...changes,
});
const upload = (changes: Partial<Upload> = {}): Upload => ({
  functions: [file({ path: '/callbacks/crm', visibility: 'protected' })],
  assets: [file()],
  variables: { OUTBOUND_API_KEY: 'k'.repeat(32), FLEX_QUEUE_SID: 'x'.repeat(450) },
  dependencies: { twilio: '6.2.0' },
  ...changes,
});
const many = (count: number, change: Partial<UploadedFile> = {}, name = 'f'): UploadedFile[] =>
  Array.from({ length: count }, (_, i) => file({ path: `/${name}${i}`, ...change }));
const megabyte = 1_000_000;
/** Names and values of 3 KB together with the credentials, which have 87 bytes; each value as long as allowed. */
const threeKilobytes = (more: number): Record<string, string> => ({
  ...Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`VARIABLE_${i}`, 'v'.repeat(450)])),
  LAST_ONE: 'v'.repeat(3 * 1024 - 87 - 6 * 460 - 'LAST_ONE'.length + more),
});

describe('an upload', () => {
  it('has no problem at the limits', () => {
    expect(checkUpload(upload())).toEqual([]);
    expect(checkUpload(upload({ functions: many(50, {}, 'g'), assets: many(50) }))).toEqual([]);
    expect(checkUpload(upload({ assets: [file({ bytes: 10 * megabyte })] }))).toEqual([]);
    expect(checkUpload(upload({ assets: many(20, { bytes: 10 * megabyte - 50 }) }))).toEqual([]);
    expect(checkUpload(upload({ variables: { ['N'.repeat(128)]: 'v' } }))).toEqual([]);
    expect(checkUpload(upload({ variables: threeKilobytes(0) }))).toEqual([]);
  });

  it.each<[string, Partial<Upload>, string]>([
    ['51 functions', { functions: many(51) }, '51 functions: Twilio takes at most 50 in one build'],
    ['51 private assets', { assets: many(51) }, '51 private assets: Twilio takes at most 50 in one build'],
    [
      'a private asset over 10 MB',
      { assets: [file({ bytes: 10 * megabyte + 1 })] },
      '/customers.json has 10.0 MB: Twilio takes at most 10 MB',
    ],
    [
      'more than 200 MB together',
      { assets: many(21, { bytes: 10 * megabyte }) },
      'all files together have 210.0 MB: plan for at most 200 MB',
    ],
    [
      'a public asset',
      { assets: [file({ path: '/logo.png', visibility: 'public' })] },
      '/logo.png would be public: everybody could read it',
    ],
    [
      'a name over 128 characters',
      { variables: { ['N'.repeat(129)]: 'v' } },
      `the name of ${'N'.repeat(129)} has 129 characters: Twilio takes at most 128`,
    ],
    [
      'a value over 450 bytes of UTF-8',
      { variables: { GREETING: `v${'é'.repeat(225)}` } },
      'GREETING has 451 bytes: Twilio takes at most 450',
    ],
    [
      'variables over 3 KB together',
      { variables: threeKilobytes(1) },
      'all variables together, with ACCOUNT_SID and AUTH_TOKEN, have 3073 bytes: Twilio takes at most 3072',
    ],
    [
      'a short OUTBOUND_API_KEY',
      { variables: { OUTBOUND_API_KEY: 'k'.repeat(31) } },
      'OUTBOUND_API_KEY is too short (31 characters)',
    ],
    [
      'a short SWEEP_API_KEY',
      { variables: { SWEEP_API_KEY: 'k'.repeat(31) } },
      'SWEEP_API_KEY is too short (31 characters)',
    ],
    [
      'an OUTBOUND_API_KEY of other characters than ASCII',
      { variables: { OUTBOUND_API_KEY: 'ünïcödekey'.repeat(4) } },
      'OUTBOUND_API_KEY contains characters that cannot be sent in a header',
    ],
    [
      'a SWEEP_API_KEY with spaces before it',
      { variables: { SWEEP_API_KEY: `  ${'k'.repeat(32)}` } },
      'SWEEP_API_KEY contains characters that cannot be sent in a header',
    ],
    [
      'two files with one path',
      {
        assets: [
          file({ file: 'assets/notes.protected.json', path: '/notes.json', visibility: 'protected' }),
          file({ file: 'assets/notes.private.json', path: '/notes.json' }),
        ],
      },
      'assets/notes.protected.json and assets/notes.private.json have the same path, /notes.json: only one of them would be served',
    ],
  ])('is refused for %s', (_what, changes, problem) => {
    expect(checkUpload(upload(changes))).toEqual([{ problem, fix: expect.stringMatching(/\w/) }]);
  });

  it('may have the public assets that the command names, and no others', () => {
    expect(checkUpload(upload({ assets: [] }), ['/logo.pgn'])).toEqual([
      {
        problem: '--public /logo.pgn names no public asset',
        fix: 'correct or remove it; the public assets are: none',
      },
    ]);
    const assets = ['/logo.png', '/other.png'].map((path) => file({ path, visibility: 'public' }));
    expect(checkUpload(upload({ assets }), ['/logo.png'])).toEqual([
      {
        problem: '/other.png would be public: everybody could read it',
        fix: 'name the file ….private.png or ….protected.png, or add --public /other.png',
      },
    ]);
  });
});
