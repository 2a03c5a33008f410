/**
 * The lists of the control API, which are read by page, and its events. Query parameters that are left out match all;
 * a `limit` over 200 counts as 200. An unknown parameter, or one with an invalid value, is answered 400.
 *
 * GET  /api/customers?query=&worker=&channel=&limit=&after=   CustomerPage; `?id=` or `?phone=` gives the one customer
 * GET  /api/conversations?query=&state=&unrouted=&worker=&address=&limit=&before=   ConversationPage, the newest first
 * GET  /api/conversations/:sid           ConversationView with all messages
 * POST /api/conversations/:sid/workers   { worker }: adds a worker; answers ConversationView
 * GET  /api/timeline?limit=&before=&conversation=   TimelineEntry[]: whole traces, so that a page can be longer than `limit`;
 *                                        `before` is the id of the first entry of the page before
 * GET  /api/data/routing, /api/data/templates, /api/data/customers/:id   DataFile
 * GET  /api/data/lines?id=&id=           CustomerLines; the first answer takes seconds for a million customers
 */
import type {
  FlexChannel,
  SimulatedChannel,
  SimulatedConversation,
  SimulatedParticipant,
  Snapshot,
  TimelineEntry,
} from './api';

/** Somebody in the data, or an unknown customer's phone. */
export interface ListedCustomer {
  /** undefined for somebody who is in no data. */
  customerId?: string;
  displayName: string;
  /** E.164; undefined for a customer without a phone. */
  phone?: string;
  channels: SimulatedChannel[];
  addresses: { type: FlexChannel; value: string }[];
  worker?: string;
}

export interface CustomerPage {
  customers: ListedCustomer[];
  /** The number of all customers, found or not. */
  total: number;
  /** `after` of the next page; undefined on the last one. */
  next?: number;
}

/** A value in a file that people write. */
export interface DataRow {
  /** e.g. `routing.pools[0].workers[2]` */
  path: string;
  value: string;
  line: number;
}

export interface DataFile {
  /** e.g. `assets/routing.private.json` */
  file: string;
  rows: DataRow[];
}

/** Where customers begin in `assets/customers.private.json`, by `customer_id`; null for one who is not in it. */
export interface CustomerLines {
  lines: Record<string, number | null>;
}

/** A conversation as the console has it. */
export interface ConversationView extends SimulatedConversation {
  participants: (SimulatedParticipant & { name: string })[];
  /** The number of all messages. `messages` can have fewer: the last one in lists, the changed ones in events. */
  messageCount: number;
  /** Whether it is open, and no worker or agent is in it. */
  unrouted: boolean;
}

export interface ConversationPage {
  conversations: ConversationView[];
  /** `before` of the next page; undefined on the last one. */
  next?: string;
}

/** What happened since the last events. */
export type ServerEvent =
  /** A new or changed entry. */
  | { type: 'timeline'; data: TimelineEntry }
  /** A new or changed conversation, with the messages that are new or changed. */
  | { type: 'conversation'; data: ConversationView }
  /** Its SID. */
  | { type: 'conversationRemoved'; data: string }
  /** Anything else changed. */
  | { type: 'state'; data: Snapshot }
  | { type: 'reset'; data: null };
