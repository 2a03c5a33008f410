import type { Settings, SettingsChange } from './api';

/** The console's settings: how Twilio and the agents behave, and what goes wrong on purpose. */
export class SettingsStore {
  readonly #onChange: (settings: Settings) => void;
  #current: Settings = {
    routingMode: 'custom',
    deliverTwice: false,
    optOut: 'receipt',
    flex: { agentResponse: 'accept', channelFailsAfterMs: null, channelErrorCode: 20500 },
    faults: { rest: 'none', restTimes: null, badSignature: false },
  };

  constructor(onChange: (settings: Settings) => void) {
    this.#onChange = onChange;
  }

  get current(): Settings {
    return this.#current;
  }

  /** @returns the changed settings; omitted settings stay */
  change({ faults, flex, ...rest }: SettingsChange): Settings {
    const { current } = this;
    this.#current = {
      ...current,
      ...rest,
      flex: { ...current.flex, ...flex },
      faults: { ...current.faults, ...faults },
    };
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
