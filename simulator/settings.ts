import type { Settings, SettingsChange } from './api';

/** What the console can switch: how Twilio routes, whether it delivers twice, and what goes wrong on purpose. */
export class SettingsStore {
  readonly #onChange: (settings: Settings) => void;
  #current: Settings = {
    routingMode: 'custom',
    deliverTwice: false,
    faults: { rest: 'none', restTimes: null, badSignature: false },
  };

  constructor(onChange: (settings: Settings) => void) {
    this.#onChange = onChange;
  }

  get current(): Settings {
    return this.#current;
  }

  /** @returns the settings after the change; what it leaves out stays */
  change({ faults, ...rest }: SettingsChange): Settings {
    this.#current = { ...this.#current, ...rest, faults: { ...this.#current.faults, ...faults } };
    this.#onChange(this.#current);
    return this.#current;
  }

  /** Applies a change for as long as some work takes. */
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
