import type { SimulatedCustomer } from './api';
import { identityOf, type Worker } from './twilio/taskrouter';

/** Everybody who has a name. */
export interface NamedPeople {
  agents: Worker[];
  workers: { identity: string; displayName: string }[];
  customers: SimulatedCustomer[];
}

/** @returns a person's name in the timeline: from the data, or else the address itself */
export function nameOf(address: string, { agents, workers, customers }: NamedPeople): string {
  const agent = agents.find((one) => identityOf(one) === address)?.friendly_name;
  const worker = workers.find(({ identity }) => identity === (agent ?? address));
  if (worker) return worker.displayName;
  const phone = address.replace('whatsapp:', '');
  return customers.find((one) => one.phone === phone)?.displayName ?? phone;
}
