import type { CustomerRequest, SimulatedChannel, SimulatedCustomer } from '../api';
import { TwilioError } from '../twilio/http/errors';

/** The people with phones: the customers in the data, and made-up unknown customers. */
export class Customers {
  readonly #known: () => Iterable<SimulatedCustomer>;
  readonly #findKnown: (phone: string) => SimulatedCustomer | undefined;
  readonly #onChange: () => void;
  #unknown: SimulatedCustomer[] = [];
  #nextUnknown = 0;
  /** The answers of `owned`, by the data: every snapshot asks, and there may be nobody with a worker among a million. */
  readonly #owned = new WeakMap<object, SimulatedCustomer[]>();

  /**
   * @param known the customers in the data who have a phone
   * @param findKnown finds one of them by the number, fast
   */
  constructor(
    known: () => Iterable<SimulatedCustomer>,
    findKnown: (phone: string) => SimulatedCustomer | undefined,
    onChange: () => void,
  ) {
    this.#known = known;
    this.#findKnown = findKnown;
    this.#onChange = onChange;
  }

  /** @returns the unknown customers, the newest first */
  unknown(): SimulatedCustomer[] {
    return this.#unknown.toReversed();
  }

  /** @returns the customer with a phone number, known or not */
  find(phone: string): SimulatedCustomer | undefined {
    return this.#unknown.find((one) => one.phone === phone) ?? this.#findKnown(phone);
  }

  /**
   * @param count always the same
   * @returns customers who have a worker, the first ones in the data
   */
  owned(count: number): SimulatedCustomer[] {
    const known = this.#known();
    const before = this.#owned.get(known);
    if (before) return before;
    const found: SimulatedCustomer[] = [];
    for (const one of known) {
      if (one.worker !== undefined) found.push(one);
      if (found.length === count) break;
    }
    this.#owned.set(known, found);
    return found;
  }

  /** @returns the customer with this phone number, or else a new unknown customer */
  addUnknown(given: Partial<CustomerRequest> = {}): SimulatedCustomer {
    const phone = given.phone ?? `+1917555${String(100 + (this.#nextUnknown++ % 100)).padStart(4, '0')}`;
    const existing = this.find(phone);
    if (existing) return existing;
    const added: SimulatedCustomer = {
      displayName: given.displayName ?? 'New customer',
      phone,
      channels: ['sms', 'whatsapp'],
    };
    this.#unknown.push(added);
    this.#onChange();
    return added;
  }

  /**
   * @returns the first customer in the data who has a worker
   * @throws TwilioError if there is none on this channel
   */
  withWorker(channel: SimulatedChannel): SimulatedCustomer {
    for (const one of this.#known()) {
      if (one.channels.includes(channel) && one.worker !== undefined) return one;
    }
    throw new TwilioError(
      400,
      20001,
      `The data has no customer with a worker on ${channel}: add one to assets/customers.private.json`,
    );
  }

  /** Removes the unknown customers. */
  reset(): void {
    this.#unknown = [];
  }
}
