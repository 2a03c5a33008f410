import type { Settings, SettingsChange } from './api';

/** The console's settings: how Twilio routes, whether it delivers twice, and what goes wrong on purpose. */
export class SettingsStore {
  readonly #onChange: (settings: Settings) => void;
  #current: Settings = {
    routingMode: 'custom',
    deliverTwice: false,
    concurrency: null,
    faults: { rest: 'none', restTimes: null, badSignature: false },
  };

  constructor(onChange: (settings: Settings) => void) {
    this.#onChange = onChange;
  }

  get current(): Settings {
    return this.#current;
  }

  /** @returns the changed settings; omitted settings stay */
  change({ faults, ...rest }: SettingsChange): Settings {
    this.#current = { ...this.#current, ...rest, faults: { ...this.#current.faults, ...faults } };
    this.#onChange(this.#current);
    return this.#current;
  }

  /** Changes settings while some work is done, and restores them afterwards. */
  async changeDuring<T>(change: SettingsChange, work: () => Promise<T>): Promise<T> {
    const before = this.#current;
    this.change(change);
    try {
      return await work();
    } finally {
      this.change(before);
    }
  }
}
