import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './support/project';

const read = (file: string): string => readFileSync(join(projectRoot, file), 'utf8');
const sources = ['lib', 'functions'].flatMap((folder) =>
  readdirSync(join(projectRoot, folder), { recursive: true })
    .map((file) => join(folder, String(file)))
    .filter((file) => file.endsWith('.ts')),
);
const page = read('docs/errors.md');

/** The status of each error class; a class without one has its parent's. */
const statuses = new Map<string, string>();
const classes = [...read('lib/errors.ts').matchAll(/class (\w+) extends (\w+) \{(.*?)\n?\}\n/gs)];
for (const [, name = '', parent = '', body = ''] of classes) {
  statuses.set(name, /readonly status = (\d+)/.exec(body)?.[1] ?? statuses.get(parent) ?? '');
}

/** Classes whose own constructor gives the code. */
const fixedCodes = classes.flatMap(([, name = '', , body = '']) => {
  const code = /super\('(\w+)'/.exec(body)?.[1];
  return code === undefined ? [] : [`${statuses.get(name)} ${code}`];
});

/** Classes that take the code as their first argument. */
const named = classes.filter(([, , parent, body = '']) => {
  const ownConstructor = /constructor\(\s*(.*?)[,)]/s.exec(body)?.[1] ?? 'code: string';
  return parent === 'CallbackError' && ownConstructor === 'code: string';
});
const creation = new RegExp(`new (${named.map(([, name]) => name).join('|')})\\(\\s*([^\\s,]+)`, 'g');

const created = sources
  .filter((file) => file !== 'lib/errors.ts')
  .flatMap((file) =>
    [...read(file).matchAll(creation)].map(([, name = '', code = '']) => ({
      file,
      status: statuses.get(name),
      code,
    })),
  );

/** `badCredentials` makes the one error whose code is a parameter, and its calls name it. */
const passedOn = [...read('lib/twilio/api.ts').matchAll(/badCredentials\('(\w+)'/g)].map(
  ([, code]) => `500 ${code}`,
);

const literal = created.filter(({ code }) => code.startsWith("'"));
const thrown = new Set([
  ...fixedCodes,
  ...passedOn,
  ...literal.map(({ status, code }) => `${status} ${code.replaceAll("'", '')}`),
  '500 internal_error',
]);

const rows = [...page.matchAll(/^\| (\d{3}) \| (`\w+`(?:, `\w+`)*) \|.*\| (.+) \|$/gm)];
const documented = new Set(
  rows.flatMap(([, status, codes = '']) => [...codes.matchAll(/\w+/g)].map(([code]) => `${status} ${code}`)),
);

describe('the error codes of docs/errors.md', () => {
  it('are all that the code can answer, each with its status, and no others', () => {
    expect(created.filter((one) => !literal.includes(one))).toEqual([
      { file: 'lib/twilio/api.ts', status: '500', code: 'code' },
    ]);
    expect([...documented].sort()).toEqual([...thrown].sort());
  });

  it('have a link to what explains them', () => {
    expect(rows.filter(([, , , more = '']) => !/\]\(\S+\)/.test(more)).map(([row]) => row)).toEqual([]);
  });

  it("of Twilio have a link to Twilio's page about them", () => {
    const links = /\[(\d{5})\]\(https:\/\/www\.twilio\.com\/docs\/api\/errors\/\1\)/g;
    expect([...page.matchAll(links)].length).toBeGreaterThan(0);
    expect(page.replaceAll(links, '').match(/\b\d{5}\b/g) ?? []).toEqual([]);
  });
});
