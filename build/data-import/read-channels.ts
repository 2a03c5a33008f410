import type { ChannelType } from '../../lib/model';
import { explainInvalidAddress, normalizeAddress } from '../data/customers';
import { cleanText } from './cell-text';
import type { ExistingCustomers, RawChannel } from './existing-customers';
import type { AddressCell, ImportedRow, RowChannel, RowProblem } from './read-rows';

/**
 * Reads the addresses of a row. A number without a country code is of the customer's country.
 * A number that the customer has already stays that number, as the card writes it or as the file's country reads it.
 *
 * @param index of the customer whom the row describes; undefined for a new one
 * @param home the country of numbers whose customer has none
 * @returns the addresses, each once for a channel; those that cannot be read are added to the row's problems
 */
export function readChannels(
  row: ImportedRow,
  index: number | undefined,
  existing: ExistingCustomers,
  home: string | undefined,
): RowChannel[] {
  const own = index === undefined ? [] : existing.channels(index);
  const countries = countriesOf(row, index, existing, home);
  const isMoved = row.country !== undefined && index !== undefined && row.country !== existing.country(index);
  const channels = new Map<string, RowChannel>();
  for (const cell of row.addresses) {
    const channel = findOwn(cell, own, countries, isMoved) ?? readCell(cell, countries[0]);
    if (!channel) row.problems.push(explainAddress(cell, countries[0]));
    else if (!channels.has(`${channel.type} ${channel.key}`)) {
      channels.set(`${channel.type} ${channel.key}`, channel);
    }
  }
  return [...channels.values()];
}

/**
 * Finds the customers who have one of a row's addresses. Of a number without a country code, they are those in whose own
 * country it is theirs.
 *
 * @returns their positions
 */
export function findByAddresses(
  row: ImportedRow,
  existing: ExistingCustomers,
  home: string | undefined,
): number[] {
  const found = row.addresses.flatMap((cell) => {
    const address = normalizeAddress(cell.text, cell.type, row.country);
    if (address) return existing.withAddress(address.key);
    return existing.withNumberLike(cell.text).filter((index) => {
      return findOwn(cell, existing.channels(index), countriesOf(row, index, existing, home), false);
    });
  });
  return [...new Set(found)];
}

/** @returns the countries of which a number can be, the most likely one first */
function countriesOf(
  row: ImportedRow,
  index: number | undefined,
  existing: ExistingCustomers,
  home: string | undefined,
): (string | undefined)[] {
  if (row.country !== undefined) return [row.country];
  const known = index === undefined ? undefined : existing.country(index);
  return [...new Set([known ?? home, home, existing.defaultCountry])];
}

/** @returns the customer's own address that a cell means */
function findOwn(
  cell: AddressCell,
  own: readonly RawChannel[],
  countries: readonly (string | undefined)[],
  isMoved: boolean,
): RowChannel | undefined {
  if (own.length === 0) return undefined;
  const same = isMoved ? undefined : own.find(({ raw }) => raw.type === cell.type && isText(raw.value, cell));
  if (same?.key !== undefined) return { type: cell.type, value: same.number ?? cell.text, key: same.key };
  const read = countries.flatMap((country) => readCell(cell, country) ?? []);
  const among = (channels: readonly RawChannel[]): RowChannel | undefined =>
    read.find(({ key }) => channels.some((one) => one.key === key));
  return among(own.filter(({ raw }) => raw.type === cell.type)) ?? among(own);
}

function isText(value: unknown, { text }: AddressCell): boolean {
  return typeof value === 'string' && cleanText(value) === text;
}

function readCell({ type, text }: AddressCell, country: string | undefined): RowChannel | undefined {
  const address = normalizeAddress(text, type, country);
  return address && { type, value: address.value.replace(/^whatsapp:/, ''), key: address.key };
}

function explainAddress({ type, text }: AddressCell, country: string | undefined): RowProblem {
  const [problem, fix] = explainInvalidAddress(text, type);
  if (!isPhone(type)) return { problem, fix };
  if (/^\d+([.,]\d+)?e\+?\d+$/i.test(text)) {
    return { problem, fix: 'Excel has rounded the number: format the column as text, and export it again' };
  }
  const digits = text.replace(/\D/g, '');
  const whole = /[a-z+]/i.test(text) ? undefined : normalizeAddress(`+${digits}`, type, undefined);
  if (whole?.isKnown && digits.length > 10) {
    return { problem, fix: `did you mean "+${digits}"? Excel removes the + unless the column is text` };
  }
  if (country !== undefined || /[a-z+]/i.test(text)) {
    return { problem, fix: 'write one number, with its country code, e.g. "+1 212 555 0101"' };
  }
  return {
    problem,
    fix: 'write it with its country code, or name the country of all such numbers: --country US',
  };
}

function isPhone(type: ChannelType): boolean {
  return type === 'sms' || type === 'whatsapp';
}
