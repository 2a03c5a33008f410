import { Misconfigured } from '../../lib/errors';
import type { TwilioApi } from '../../lib/twilio/api';
import type { TwilioFunction } from '../../lib/webhook/callback';
import type { Platform, RuntimeContext } from '../../lib/webhook/platform';

interface Answer {
  status: number;
  body: object;
}

export interface Heard {
  /** What was given to `callback`, each time. */
  answers: Answer[];
  /** The log lines, parsed. */
  lines: Record<string, unknown>[];
}

/** A platform whose clock stands still until it is told to go on. */
export class FakePlatform implements Platform {
  readonly assets = new Map<string, string>();
  readonly reads: string[] = [];
  readonly lines: string[] = [];
  #time = 0;
  #timers = new Map<number, { at: number; fire: () => void }>();
  #nextTimer = 0;

  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Lets time go by, firing what is due. */
  async pass(ms: number): Promise<void> {
    await flush();
    this.#time += ms;
    for (const [id, timer] of [...this.#timers]) {
      if (timer.at > this.#time) continue;
      this.#timers.delete(id);
      timer.fire();
    }
    await flush();
  }

  now = (): number => this.#time;

  timer(ms: number): { done: Promise<void>; clear(): void } {
    const id = this.#nextTimer++;
    const done = new Promise<void>((fire) => {
      this.#timers.set(id, { at: this.#time + ms, fire });
    });
    return { done, clear: () => void this.#timers.delete(id) };
  }

  log(_level: string, line: string): void {
    this.lines.push(line);
  }

  readAsset(name: string): string {
    this.reads.push(name);
    const text = this.assets.get(name);
    if (text === undefined) throw new Misconfigured('asset_missing', { file: name, field: '', fix: 'build' });
    return text;
  }

  respond(status: number, body: object): Answer {
    return { status, body };
  }

  twilio(): TwilioApi {
    throw new Error('this platform has no Twilio');
  }
}

/** Calls a function once, waits for it to end, and tells everything that came of it. */
export async function hear(
  handler: TwilioFunction,
  event: Record<string, unknown>,
  platform: FakePlatform,
  env: Readonly<Record<string, string>> = {},
): Promise<Heard> {
  const answers: Answer[] = [];
  platform.lines.length = 0;
  await handler(env as unknown as RuntimeContext, event, (_error, payload) =>
    answers.push(payload as Answer),
  );
  return { answers, lines: platform.lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

async function flush(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
