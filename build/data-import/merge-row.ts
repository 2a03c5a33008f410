import { cleanText, toOneLine } from './cell-text';
import type { RawCustomer } from './customers-file';
import type { Json, JsonEdit } from './edit-json';
import type { RawChannel } from './existing-customers';
import { readCountry, readLanguage } from './names';
import type { ImportedRow, RowChannel } from './read-rows';

/** A field of a customer that an import changes. */
export interface FieldChange {
  /** e.g. `worker`, `channels.sms`, `fields.plan` */
  field: string;
  from?: Json | undefined;
  to: Json;
}

/** What a row changes. */
export interface Merged {
  changes: FieldChange[];
  /** Below the customer. */
  edits: JsonEdit[];
}

/** @returns a new customer, with the fields in the order of docs/data.md */
export function createCustomer(row: ImportedRow, id: string): { [key: string]: Json | undefined } {
  const details = completeDetails(row, {});
  return {
    customer_id: id,
    display_name: row.name,
    worker: row.worker,
    language: row.language,
    country: row.country,
    avatar: row.avatar,
    channels: row.channels.map(({ type, value }) => ({ type, value })),
    details: Object.keys(details).length > 0 ? details : undefined,
    fields: Object.keys(row.fields).length > 0 ? row.fields : undefined,
  };
}

/** How texts of the file are read for a comparison with cells, by field; the others are only cleaned. */
const readings: Readonly<Record<string, (text: string) => string>> = {
  display_name: toOneLine,
  language: readLanguage,
  country: readCountry,
};

/**
 * Compares a row with the customer whom it describes. Empty cells change nothing, and neither does a text that differs
 * only in what an import removes, such as white space around it. Of each channel type that the row has, the customer
 * keeps the row's addresses alone: an old number may belong to somebody else by now.
 */
export function mergeRow(row: ImportedRow, customer: RawCustomer, channels: readonly RawChannel[]): Merged {
  const changes: FieldChange[] = [];
  const edits: JsonEdit[] = [];
  const set = (path: string[], from: unknown, to: Json | undefined): void => {
    if (to === undefined || isSameText(path.join('.'), from, to)) return;
    changes.push({ field: path.join('.'), from: from as Json | undefined, to });
    edits.push({ path, value: to });
  };
  set(['display_name'], customer.display_name, row.name);
  set(['worker'], customer.worker, row.worker);
  set(['language'], customer.language, row.language);
  set(['country'], customer.country, row.country);
  set(['avatar'], customer.avatar, row.avatar);
  const isMoved = changes.some(({ field }) => field === 'country');
  const merged = mergeChannels(row.channels, channels, isMoved);
  changes.push(...merged.changes);
  edits.push(...merged.edits);
  setWithin('details', customer.details, completeDetails(row, Object(customer.details)), set);
  setWithin('fields', customer.fields, row.fields, set);
  return { changes, edits };
}

function isSameText(field: string, from: unknown, to: Json): boolean {
  if (typeof from === 'number') return String(from) === to;
  if (typeof from !== 'string') return from === to;
  const read = readings[field];
  const text = cleanText(from);
  return (read ? read(text) : text) === to;
}

/** A card shows details with both title and content. */
function completeDetails(row: ImportedRow, current: Record<string, unknown>): Record<string, string> {
  const { title, content } = row.details;
  if (title === undefined && content === undefined) return {};
  return {
    ...(title !== undefined
      ? { title }
      : current.title === undefined && { title: row.detailsColumn ?? 'Notes' }),
    ...(content !== undefined ? { content } : current.content === undefined && { content: '' }),
  };
}

function setWithin(
  key: string,
  current: unknown,
  values: Record<string, string>,
  set: (path: string[], from: unknown, to: Json | undefined) => void,
): void {
  if (Object.keys(values).length === 0) return;
  if (typeof current !== 'object' || current === null) {
    set([key], current, values);
    return;
  }
  for (const [name, value] of Object.entries(values)) {
    set([key, name], (current as Record<string, unknown>)[name], value);
  }
}

/** @param isMoved whether the country changes: numbers in national form must remain those that they are */
function mergeChannels(
  given: readonly RowChannel[],
  current: readonly RawChannel[],
  isMoved: boolean,
): Merged {
  const types = new Set(given.map(({ type }) => type as string));
  const isKept = (channel: RawChannel): boolean =>
    !types.has(String(channel.raw.type)) || given.some((one) => isSame(one, channel));
  const added = given.filter((one) => !current.some((channel) => isSame(one, channel)));
  const isNational = ({ raw, number }: RawChannel): boolean => {
    return isMoved && number !== undefined && !String(raw.value).includes('+');
  };
  const isUnchanged = (channel: RawChannel): boolean => isKept(channel) && !isNational(channel);
  if (added.length === 0 && current.every(isUnchanged)) return { changes: [], edits: [] };

  const left = [...added];
  const edits: JsonEdit[] = [];
  const next: Json[] = [];
  for (const [index, channel] of current.entries()) {
    if (isUnchanged(channel)) next.push(channel.raw as Json);
    else if (isKept(channel)) {
      const value = String(channel.number);
      next.push({ ...channel.raw, value } as Json);
      edits.push({ path: ['channels', index, 'value'], value });
    } else {
      const position = left.findIndex(({ type }) => type === channel.raw.type);
      const [by] = position < 0 ? [] : left.splice(position, 1);
      if (!by) continue;
      // Whether it is primary was said of the old address.
      const { primary, ...rest } = channel.raw;
      const entry = { ...rest, value: by.value } as Json;
      next.push(entry);
      edits.push(
        primary === undefined
          ? { path: ['channels', index, 'value'], value: by.value }
          : { path: ['channels', index], value: entry },
      );
    }
  }
  const rest = left.map(({ type, value }) => ({ type, value }));
  const isSameLength = next.length === current.length;
  return {
    changes: [
      ...new Set([...types, ...current.filter(isNational).map(({ raw }) => String(raw.type))]),
    ].flatMap((type) => changeOf(type, current, [...next, ...rest])),
    edits: isSameLength
      ? [...edits, ...(rest.length > 0 ? [{ path: ['channels'], remove: [], append: rest }] : [])]
      : [{ path: ['channels'], value: [...next, ...rest] }],
  };
}

function changeOf(type: string, current: readonly RawChannel[], next: readonly Json[]): FieldChange[] {
  const values = (channels: readonly unknown[]): string[] =>
    channels.flatMap((one) => {
      const { type: own, value } = one as { type?: unknown; value?: unknown };
      return own === type ? [String(value)] : [];
    });
  const from = values(current.map(({ raw }) => raw)).join(', ');
  const to = values(next).join(', ');
  return from === to ? [] : [{ field: `channels.${type}`, from: from === '' ? undefined : from, to }];
}

function isSame({ type, key }: RowChannel, channel: RawChannel): boolean {
  return channel.raw.type === type && channel.key === key;
}
