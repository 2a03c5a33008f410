import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { errorsPage } from '../../simulator/console/errors-page';
import { foldCalls } from '../../simulator/console/timeline/fold-calls';

describe('folding REST requests', () => {
  const get = (path: string, status = 200) => ({
    method: 'GET',
    url: `https://conversations.twilio.com/v1${path}`,
    status,
  });
  const conversation = `CH${'0'.repeat(26)}00000a`;
  const fold = (...calls: ReturnType<typeof get>[]) =>
    foldCalls(calls).map(({ path, calls: { length } }) => `${length} ${path}`);

  it('counts those that follow each other with the same answer', () => {
    const participants = get(`/Services/IS${'0'.repeat(32)}/Conversations/${conversation}/Participants`);
    const refused = { ...participants, status: 429 };
    expect(fold(refused, refused, participants, get('/Users/a%40b.c'), participants)).toEqual([
      '2 /Conversations/CH…00000a/Participants',
      '1 /Conversations/CH…00000a/Participants',
      '1 /Users/a%40b.c',
      '1 /Conversations/CH…00000a/Participants',
    ]);
  });

  it('counts the same question about several people, and names what all have in common', () => {
    expect(fold(get('/Users/a%40b.c'), get('/Users/d%40e.f'), get('/Users/g%40h.i', 404))).toEqual([
      '2 /Users/*',
      '1 /Users/g%40h.i',
    ]);
    expect(fold(get('/Services/default/Documents'), get('/Conversations'))).toEqual([
      '1 /Services/default/Documents',
      '1 /Conversations',
    ]);
  });
});

describe('the page of errors', () => {
  const markdown = readFileSync(resolve(__dirname, '../../docs/errors.md'), 'utf8');
  const page = errorsPage(markdown);

  it('has one anchor for each code in the tables of docs/errors.md', () => {
    const rows = markdown.split('\n').filter((line) => /^\| \d{3} \| `/.test(line));
    const codes = new Set(
      rows.flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code)),
    );
    expect(codes.size).toBeGreaterThan(30);
    expect([...codes].filter((code) => page.split(`<a id="${code}">`).length !== 2)).toEqual([]);
  });

  it('shows text as text, and links only to Twilio and within itself', () => {
    const odd = errorsPage(
      '| 400 `a_b` | <script> & "x" | [t](https://www.twilio.com/x) [d](flex.md#a) [s](#log) |',
    );
    expect(odd).not.toContain('<script>');
    const hrefs = [...page.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);
    expect(
      hrefs.filter(
        (href) => !/^(#|https:\/\/(www\.)?twilio\.com\/|https:\/\/[a-z.]*twilio\.com\/)/.test(href),
      ),
    ).toEqual([]);
    const anchors = hrefs.filter((href) => href.startsWith('#'));
    expect(anchors.filter((href) => !page.includes(`id="${href.slice(1)}"`))).toEqual([]);
  });
});
