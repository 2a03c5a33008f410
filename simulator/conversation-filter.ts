import { fold } from '../lib/text';
import type { ConversationView } from './api-lists';

/** Which conversations to list; everything that is left out matches all. */
export interface ConversationFilter {
  /** Words of names, addresses, identities, the SID, or the last message; case and accents are ignored. */
  query?: string;
  state?: string;
  /** Only open ones in which there is no worker. */
  unrouted?: boolean;
  /** The identity of somebody who is in it. */
  worker?: string;
  /** The address of somebody who is in it. */
  address?: string;
}

/** @returns whether a conversation is to be listed. The server and the page decide alike */
export function matchesConversation(view: ConversationView, filter: ConversationFilter): boolean {
  const { query = '', state, unrouted, worker, address } = filter;
  if (state !== undefined && view.state !== state) return false;
  if (unrouted && !view.unrouted) return false;
  if (worker !== undefined && !view.participants.some(({ identity }) => identity === worker)) return false;
  if (address !== undefined && !view.participants.some((one) => one.address === address)) return false;
  const words = fold(query).split(' ');
  if (words[0] === '') return true;
  const text = textOf(view);
  return words.every((word) => text.includes(word));
}

/** The order of lists, for `sort`: the newest first. */
export function compareConversations(a: Sorted, b: Sorted): number {
  if (a.updatedAt !== b.updatedAt) return a.updatedAt < b.updatedAt ? 1 : -1;
  return a.sid < b.sid ? 1 : a.sid > b.sid ? -1 : 0;
}

type Sorted = Pick<ConversationView, 'updatedAt' | 'sid'>;

/** @returns the cursor of the page that follows a conversation */
export function cursorAfter({ updatedAt, sid }: Sorted): string {
  return `${updatedAt} ${sid}`;
}

/** @returns the place that a cursor means */
export function readCursor(cursor: string): Sorted {
  const [updatedAt = '', sid = ''] = cursor.split(' ');
  return { updatedAt, sid };
}

function textOf({ sid, friendlyName, participants, messages }: ConversationView): string {
  const people = participants.flatMap(({ name, address, identity }) => [name, address ?? identity ?? '']);
  return fold([friendlyName ?? '', ...people, sid, messages.at(-1)?.body ?? ''].join(' '));
}
