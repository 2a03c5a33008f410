import { stripVTControlCharacters } from 'node:util';
import type { BuildResult } from '../../build/build-project';
import type { Snapshot } from '../../simulator/api';
import { markOf } from '../format-timeline';
import { type Paint, toOneLine } from '../output';
import { printBuild } from '../print-build';
import { describeLogLine, type StartEvent } from './event';

type Urls = Snapshot['urls'];

/** Where `npm start` prints. */
export interface StartOutput {
  built(result: BuildResult, ms: number): void;
  /** @param scenario one to try */
  ready(urls: Urls, scenario: string): void;
  happened(event: StartEvent): void;
  /** Prints a line that a function or its process has written. */
  written(line: string): void;
}

/** A terminal, or a pipe. */
export interface Screen {
  write(text: string): unknown;
  isTTY?: boolean;
  rows?: number;
  columns?: number;
}

/** For people: a line per event. On a terminal, the URLs come again before they have scrolled away. */
export class TextOutput implements StartOutput {
  readonly #screen: Screen;
  readonly #paint: Paint;
  #urls: Urls | undefined;
  /** How many rows of the screen were filled since the URLs were last printed. */
  #rows = 0;

  constructor(screen: Screen, paint: Paint) {
    this.#screen = screen;
    this.#paint = paint;
  }

  built(result: BuildResult, ms: number): void {
    printBuild(result, ms);
    if (this.#urls && this.#screen.isTTY) this.#remind(this.#urls);
  }

  ready(urls: Urls, scenario: string): void {
    this.#print(`
The local Twilio is ready. No message leaves this machine.

  Console     ${urls.console}   a customer texts in, a worker answers
  Functions   ${urls.functions}   behind the gateway: callbacks require signed requests
  REST proxy  ${urls.proxy}   where the functions' SDK sends its requests; for other programs: eval "$(npm run -s proxy-env)"

Try it: npm run simulate -- scenario ${scenario}
Stop it with Ctrl-C.
`);
    this.#urls = urls;
    this.#rows = 0;
  }

  happened(event: StartEvent): void {
    this.#print(formatEvent(event, this.#paint));
  }

  written(line: string): void {
    this.#print(line);
  }

  #print(text: string): void {
    const { columns = 80, rows = 24, isTTY } = this.#screen;
    for (const line of text.split('\n')) {
      this.#rows += Math.max(1, Math.ceil(stripVTControlCharacters(line).length / columns));
    }
    this.#screen.write(`${text}\n`);
    if (this.#urls && isTTY && this.#rows >= rows - 3) this.#remind(this.#urls);
  }

  #remind(urls: Urls): void {
    this.#rows = 0;
    const text = `Console ${urls.console}   Functions ${urls.functions}   REST proxy ${urls.proxy}   Stop: Ctrl-C`;
    this.#screen.write(`${this.#paint('dim', '──')} ${this.#paint('cyan', text)}\n`);
  }
}

/** For programs: a JSON object per line. */
export class JsonOutput implements StartOutput {
  readonly #screen: Screen;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  built(result: BuildResult, ms: number): void {
    const { ok } = result;
    const report = stripVTControlCharacters(result.ok ? (result.warnings ?? '') : result.report);
    this.#print({
      type: 'build',
      ok,
      ms: Math.round(ms),
      ...(result.ok && { summary: result.summary }),
      ...(report !== '' && { report }),
    });
  }

  ready(urls: Urls): void {
    this.#print({ type: 'ready', urls });
  }

  happened(event: StartEvent): void {
    this.#print(event);
  }

  written(line: string): void {
    this.#print({ type: 'output', line });
  }

  #print(value: object): void {
    this.#screen.write(`${JSON.stringify(value)}\n`);
  }
}

/**
 * Holds events back until the URLs are printed: the control API answers before everything else is ready, and a program
 * that reads the lines waits for `ready`.
 */
export function holdUntilReady(output: StartOutput): StartOutput {
  const held: StartEvent[] = [];
  let isReady = false;
  return {
    built: (result, ms) => output.built(result, ms),
    ready: (urls, scenario) => {
      isReady = true;
      output.ready(urls, scenario);
      for (const event of held.splice(0)) output.happened(event);
    },
    happened: (event) => {
      if (isReady) output.happened(event);
      else held.push(event);
    },
    written: (line) => output.written(line),
  };
}

/** @returns where to pass on what a function logs: an event, unless the line of its webhook tells it */
export function logPrinter(
  output: StartOutput,
  verbose: boolean,
): (line: string, webhookId?: number) => void {
  return (line, webhookId) => {
    if (verbose) output.written(line);
    else if (webhookId === undefined) output.happened(describeLogLine(line));
  };
}

/** @returns an event as a line */
export function formatEvent(event: StartEvent, paint: Paint): string {
  const { at, state, type, status } = event;
  const isNote = type === 'note';
  const title = toOneLine(event.title);
  const text = toOneLine(event.text ?? '');
  const names = [event.worker, event.customer].flatMap((name) => {
    const known = toOneLine(name ?? '');
    return known === '' || text.includes(known) ? [] : paint('bold', known);
  });
  const mark = isNote && state === 'ok' ? paint('dim', '›') : markOf(state, paint);
  const isUnusual = status !== undefined && (status >= 300 || type === 'rest');
  const heading = `${paint('dim', localTime(at))} ${mark}`;
  const what = isNote
    ? [title, ...(text === '' ? [] : [paint('dim', text)])]
    : [...names, ...(text === '' ? [] : [text])];
  return [
    isNote ? `${heading} ${what.join(' · ')}` : `${heading} ${paint('cyan', title.padEnd(19))}`,
    isNote ? '' : what.join(' · '),
    isUnusual ? `→ ${status}` : '',
    duration(event, paint),
    trouble(event, text, paint),
  ]
    .filter((part) => part !== '')
    .join('  ')
    .trimEnd();
}

/** The problems, and the codes that the sentence does not name. */
function trouble({ type, state, status, problems, codes }: StartEvent, text: string, paint: Paint): string {
  const isSilent = status === undefined && (type === 'webhook' || type === 'rest');
  const all = [...problems.map(toOneLine), ...(isSilent ? ['no answer'] : [])].join('; ');
  const unnamed = codes.map(String).filter((code) => !text.includes(`(${code})`));
  const whole = `${all}${unnamed.length === 0 ? '' : ` (${unnamed.join(', ')})`}`.trim();
  return whole === '' ? '' : paint(state === 'failed' ? 'red' : 'yellow', whole);
}

/** With the limit where it is near. */
function duration({ ms, limitMs = Number.POSITIVE_INFINITY }: StartEvent, paint: Paint): string {
  if (ms === undefined) return '';
  const share = ms / limitMs;
  if (share <= 0.5) return paint('dim', `${ms} ms`);
  return paint(share > 0.9 ? 'red' : 'yellow', `${ms} of ${limitMs} ms`);
}

function localTime(at: string): string {
  return new Date(at).toTimeString().slice(0, 8);
}
