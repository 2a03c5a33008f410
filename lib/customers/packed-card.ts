import type { Channel, Customer } from '../model';
import type { Block } from './packed-blocks';

/** A channel without its key where the value tells it, as it does for nearly all. */
type PackedChannel = Omit<Channel, 'key'> & { key?: string };

/** A card as it is written, without what can be told from the rest. */
type PackedCard = Omit<Customer, 'channels' | 'links'> & {
  channels: PackedChannel[];
  links?: Customer['links'];
};

/** @returns a card as it is written in a block of records */
export function writeCard({ channels, links, ...rest }: Customer): string {
  const packed: PackedCard = {
    ...rest,
    channels: channels.map(({ key, ...channel }) => ({
      ...channel,
      ...(key !== likelyKey(channel) && { key }),
    })),
    ...(links.length > 0 && { links }),
  };
  return JSON.stringify(packed);
}

/** @returns the card that `writeCard` wrote */
export function readCard(text: string): Customer {
  const card = JSON.parse(text) as PackedCard;
  for (const channel of card.channels) channel.key ??= likelyKey(channel);
  card.links ??= [];
  return card as Customer;
}

/** @returns the position of a customer among all, and where the card is in the text of a block of records, in bytes */
export function recordAt({ raw }: Block, slot: number): { rank: number; start: number; end: number } {
  return {
    rank: raw.getUint32(slot * 8, true),
    start: slot === 0 ? 0 : raw.getUint32(slot * 8 - 4, true),
    end: raw.getUint32(slot * 8 + 4, true),
  };
}

/**
 * @param rank the position among all customers
 * @returns a number; of the customers who share an address, the one with the lowest is found by it: the last one for whom
 *   it is primary, or else the first one, as `AssetCustomers` has it
 */
export function ownerPriority({ primary_for }: Customer, key: string, rank: number): number {
  return primary_for?.includes(key) ? -rank - 1 : rank;
}

/** @returns the value without the channel's name: `+15550100` for `whatsapp:+15550100` */
function likelyKey({ value }: Pick<Channel, 'value'>): string {
  return value.slice(value.indexOf(':') + 1);
}
