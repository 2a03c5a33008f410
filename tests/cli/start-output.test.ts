import type { BuildResult } from '../../build/build-project';
import type { StartEvent } from '../../cli/start/event';
import { formatEvent, holdUntilReady, JsonOutput, TextOutput } from '../../cli/start/output';

const plain = (_format: unknown, text: string): string => text;
const event: StartEvent = {
  type: 'webhook',
  at: new Date(2026, 0, 2, 13, 4, 5).toISOString(),
  state: 'ok',
  title: 'onConversationRoute',
  customer: 'María Gómez',
  worker: 'Dave Diaz',
  text: 'Dave Diaz, by the pool. Alice Adams was next and is away.',
  status: 200,
  ms: 312,
  limitMs: 10_000,
  problems: [],
  codes: [],
};

describe('a line of npm start', () => {
  it.each<[string, Partial<StartEvent>, string]>([
    [
      'has local time, event, names, decision and milliseconds',
      {},
      '13:04:05 ✓ onConversationRoute  María Gómez · Dave Diaz, by the pool. Alice Adams was next and is away.  312 ms',
    ],
    [
      'ends with problems and those codes that the sentence does not name',
      {
        state: 'failed',
        text: 'Nobody joins. Twilio could not be reached in time. (twilio_unavailable)',
        status: 503,
        ms: 9_017,
        problems: ['expected status 200, got 503'],
        codes: [48010, 'twilio_unavailable'],
      },
      '13:04:05 ✗ onConversationRoute  Dave Diaz · María Gómez · Nobody joins. Twilio could not be reached in time. (twilio_unavailable)  → 503  9017 of 10000 ms  expected status 200, got 503 (48010)',
    ],
    [
      'says of a note what happened',
      { type: 'note', title: 'María Gómez writes to +16465550190', text: 'by SMS' },
      '13:04:05 › María Gómez writes to +16465550190 · by SMS  312 ms',
    ],
    [
      'stays one line, whatever people write, and does not control the terminal',
      { customer: '\u001b[2JMar\u0007ía\n✓ Gómez', text: 'one\r\ntwo', worker: 'A\u202eB\u2066C\u200fD' },
      '13:04:05 ✓ onConversationRoute  A B C D · [2JMar ía ✓ Gómez · one two  312 ms',
    ],
  ])('%s', (_title, change, line) => {
    expect(formatEvent({ ...event, ...change } as StartEvent, plain)).toBe(line);
  });
});

it('npm start -- --json prints ready before what somebody changes meanwhile, and after what is built', () => {
  const written: string[] = [];
  const output = holdUntilReady(new JsonOutput({ write: (text: string) => written.push(text) }));
  const urls = { console: 'http://localhost:4000', functions: 'http://localhost:3000', proxy: 'x' };
  output.happened({ ...event, title: 'one' });
  output.built({ ok: true, summary: '' } as BuildResult, 1);
  output.written('a line');
  output.ready(urls, 'known-customer');
  output.happened({ ...event, title: 'two' });
  expect(written.map((line) => JSON.parse(line) as object)).toEqual([
    { type: 'build', ok: true, ms: 1, summary: '' },
    { type: 'output', line: 'a line' },
    { type: 'ready', urls },
    { ...event, title: 'one' },
    { ...event, title: 'two' },
  ]);
});

describe('the URLs of npm start', () => {
  const urls = { console: 'http://localhost:4000', functions: 'http://localhost:3000', proxy: 'x' };
  const print = (screen: { isTTY: boolean; rows: number; columns: number }): string[] => {
    const written: string[] = [];
    const output = new TextOutput({ ...screen, write: (text: string) => written.push(text) }, plain);
    output.ready(urls, 'known-customer');
    for (let i = 0; i < 20; i++) output.happened(event);
    return written;
  };
  const shown = (written: string[]): number[] =>
    written.flatMap((text, index) => (text.includes(urls.console) ? [index] : []));

  it('come again on a terminal before they have scrolled away, also where lines wrap', () => {
    expect(shown(print({ isTTY: true, rows: 12, columns: 200 }))).toEqual([0, 10, 20]);
    expect(shown(print({ isTTY: true, rows: 12, columns: 80 }))).toEqual([0, 6, 12, 18, 24]);
  });

  it('come once on a pipe', () => {
    expect(shown(print({ isTTY: false, rows: 12, columns: 200 }))).toEqual([0]);
  });
});
