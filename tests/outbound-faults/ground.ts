import type { Clock } from './clock';

/** How this Twilio is. */
export interface Nature {
  /** How long a channel is in `setup`, in milliseconds. */
  setupMs: number;
  /** How much older than the truth lists are, in milliseconds. */
  lagMs: number;
  /** How much Twilio's clock is ahead of the true time, in milliseconds. */
  aheadMs: number;
  /**
   * Whether a list of tasks has their attributes: by its example it has, by its description it has not.
   *
   * @see https://www.twilio.com/docs/taskrouter/api/task
   */
  taskListHasAttributes: boolean;
}

/** What all of Twilio's products stand on. */
export class Ground {
  readonly accountSid = `AC${'0'.repeat(32)}`;
  readonly syncServiceSid = `IS${'5'.repeat(32)}`;
  readonly chatServiceSid = `IS${'c'.repeat(32)}`;
  #sids = 0;

  constructor(
    readonly clock: Clock,
    readonly nature: Nature,
  ) {}

  newSid(prefix: string): string {
    return prefix + (++this.#sids).toString(16).padStart(32, '0');
  }

  /** @returns ISO 8601 in whole seconds, by Twilio's own clock */
  date(at: number): string {
    const ms = Date.UTC(2026, 0, 1) + at + this.nature.aheadMs;
    return new Date(ms).toISOString().replace(/\.\d+/, '');
  }

  /** @returns whether a list shows by now what came about then */
  isListed(at: number): boolean {
    return at + this.nature.lagMs <= this.clock.now();
  }
}
