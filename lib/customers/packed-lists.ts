import type { Customer } from '../model';
import type { Block } from './packed-blocks';
import { type SearchText, searchText } from './search';

/**
 * What a worker's list has beside each customer: the id and the texts that are searched. 0 stands for a name as it is
 * written, and for the id among the ids.
 */
export type ListText = [
  id: string,
  written: string,
  name: string | 0,
  ids: (string | 0)[],
  numbers: string[],
];

export function makeListText(customer: Customer): ListText {
  const { customer_id: id } = customer;
  const { written, name, ids, numbers } = searchText(customer);
  return [id, written, name === written ? 0 : name, ids.map((one) => (one === id ? 0 : one)), numbers];
}

export function toSearchText([id, written, name, ids, numbers]: ListText): SearchText {
  return {
    written,
    name: name === 0 ? written : name,
    ids: ids.map((one) => (one === 0 ? id : one)),
    numbers,
  };
}

/** @returns the rank of a customer in a block of a list */
export function rankAt({ raw }: Block, slot: number): number {
  return raw.getUint32(8 + slot * 8 + 4, true);
}

/** @returns the worker of a list as JSON, from its first block; and the further blocks */
export function readListHead({ raw, slots }: Block): {
  worker: string;
  more: { address: number; firstRank: number }[];
} {
  const start = 8 + slots * 8;
  const end = start + raw.getUint32(0, true) * 8;
  const more: { address: number; firstRank: number }[] = [];
  for (let at = start; at < end; at += 8) {
    more.push({ address: raw.getUint32(at, true), firstRank: raw.getUint32(at + 4, true) });
  }
  return { worker: Buffer.from(raw.buffer, raw.byteOffset + end, raw.byteLength - end).toString(), more };
}
