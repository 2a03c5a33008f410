import { identityOf, type Worker } from './twilio/taskrouter';

/** Everybody who has a name. */
export interface NamedPeople {
  agents: Worker[];
  workers: { identity: string; displayName: string }[];
  /** @returns the name of the customer with an address; undefined if nobody has it */
  customerName(address: string): string | undefined;
}

/** @returns a person's name in the timeline: from the data, or else the address itself */
export function nameOf(address: string, { agents, workers, customerName }: NamedPeople): string {
  const agent = agents.find((one) => identityOf(one) === address)?.friendly_name;
  const worker = workers.find(({ identity }) => identity === (agent ?? address));
  if (worker) return worker.displayName;
  return customerName(address) ?? address.replace('whatsapp:', '');
}
