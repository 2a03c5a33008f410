import type { CustomerRequest, SimulatedChannel, SimulatedCustomer } from '../api';
import { TwilioError } from '../twilio/http/errors';

/** The people with phones: the customers in the data, and made-up unknown customers. */
export class Customers {
  readonly #known: () => SimulatedCustomer[];
  readonly #onChange: () => void;
  #unknown: SimulatedCustomer[] = [];
  #nextUnknown = 0;

  constructor(known: () => SimulatedCustomer[], onChange: () => void) {
    this.#known = known;
    this.#onChange = onChange;
  }

  list(): SimulatedCustomer[] {
    return [...this.#known(), ...this.#unknown];
  }

  /** @returns the customer with this phone number, or else a new unknown customer */
  addUnknown(given: Partial<CustomerRequest> = {}): SimulatedCustomer {
    const phone = given.phone ?? `+1917555${String(100 + (this.#nextUnknown++ % 100)).padStart(4, '0')}`;
    const existing = this.list().find((one) => one.phone === phone);
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
    const found = this.#known().find((one) => one.channels.includes(channel) && one.worker !== undefined);
    if (found) return found;
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
