import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toE164 } from '../lib/core/address';
import type { CustomersAsset, Routing } from '../lib/data/types';
import type { SimulatedChannel, SimulatedCustomer } from './api';

/** What the built project says of people and numbers. */
export interface ProjectData {
  customers: SimulatedCustomer[];
  workers: { identity: string; displayName: string }[];
  /** Our Twilio numbers, the default one first. */
  numbers: { address: string; channels: SimulatedChannel[] }[];
  /** Who may be called from outside, by URL path. */
  access: ReadonlyMap<string, 'public' | 'protected' | 'private'>;
}

/** @param root the project's folder; what is not built yet is empty */
export function readProject(root: string): ProjectData {
  const assets = join(root, 'dist/assets');
  const customers = read<CustomersAsset>(join(assets, 'customers.private.json'))?.customers ?? [];
  const routing = read<Routing>(join(assets, 'routing.private.json'));
  return {
    customers: customers.flatMap((customer): SimulatedCustomer[] => {
      const channels = customer.channels.filter(({ type }) => type === 'sms' || type === 'whatsapp');
      const phone = channels[0]?.value.replace('whatsapp:', '');
      if (!phone) return [];
      const worker = customer.assigned_worker ?? customer.worker;
      return [
        {
          customerId: customer.customer_id,
          displayName: customer.display_name,
          phone,
          channels: channels.map(({ type }) => type as SimulatedChannel),
          ...(worker !== undefined && { worker }),
        },
      ];
    }),
    workers: (routing?.workers ?? []).map(({ identity, display_name }) => ({
      identity,
      displayName: display_name ?? identity,
    })),
    numbers: routing ? numbersOf(routing) : [],
    access: readAccess(root),
  };
}

function read<T>(file: string): T | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as T) : undefined;
}

function numbersOf({ proxyAddresses: { defaults, rules }, routing }: Routing): ProjectData['numbers'] {
  const numbers = new Map<string, Set<SimulatedChannel>>();
  const add = (value: string | undefined, channel?: SimulatedChannel): void => {
    const number = value === undefined ? undefined : toE164(value.replace(/^whatsapp:/, ''));
    if (!number) return;
    const channels = numbers.get(number) ?? new Set();
    numbers.set(number, channels.add(channel ?? 'sms'));
  };
  add(defaults.sms, 'sms');
  add(defaults.whatsapp, 'whatsapp');
  for (const { channel, proxyAddress } of rules) {
    if (channel === 'sms' || channel === 'whatsapp') add(proxyAddress, channel);
  }
  for (const number of Object.keys(routing.numbers)) add(number);
  return [...numbers].map(([address, channels]) => ({ address, channels: [...channels] }));
}

function readAccess(root: string): ProjectData['access'] {
  const access = new Map<string, 'public' | 'protected' | 'private'>();
  for (const [folder, standard] of [
    ['dist/functions', '.js'],
    ['dist/assets', ''],
  ] as const) {
    const full = join(root, folder);
    if (!existsSync(full)) continue;
    for (const entry of readdirSync(full, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = `/${join(entry.parentPath, entry.name)
        .slice(full.length + 1)
        .replaceAll('\\', '/')}`;
      const kind = /\.(protected|private)(?=\.|$)/.exec(path)?.[1] ?? 'public';
      const url = path.replace(`.${kind}`, '');
      access.set(standard ? url.replace(/\.js$/, '') : url, kind as 'public' | 'protected' | 'private');
    }
  }
  return access;
}
