import type { CustomerRequest, SimulatedChannel, SimulatedCustomer } from '../api';
import { TwilioError } from '../twilio/http/errors';

/** The people with phones: the customers of the data, and unknown ones that are made up. */
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

  /** @returns who has this phone: somebody who is there already, else a new customer who is in no data */
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
   * @returns the first customer of the data who has a worker
   * @throws TwilioError when there is none on this channel
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

  /** Forgets the unknown customers. */
  reset(): void {
    this.#unknown = [];
  }
}
