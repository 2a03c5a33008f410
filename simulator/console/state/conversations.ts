import { batch, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { SimulatedCustomer, SimulatedMessage } from '../../api';
import type { ConversationPage, ConversationView, CustomerPage } from '../../api-lists';
import {
  type ConversationFilter,
  compareConversations,
  matchesConversation,
  readCursor,
} from '../../conversation-filter';
import { ask } from './control-api';
import { learnNames } from './names';
import { chat, conversations, customers, epoch, flexChat, loaded } from './state';

/** The most conversations that events add to the page; older ones are loaded when somebody looks for them. */
const capacity = 5_000;

/** Adds what the server has reported about conversations. */
export function takeConversations(views: readonly ConversationView[], removed: readonly string[] = []): void {
  if (views.length + removed.length === 0) return;
  const all = new Map(loaded.value);
  for (const view of views) {
    all.set(view.sid, withKnownMessages(view, all.get(view.sid)));
    learnNames(view);
  }
  for (const sid of removed) all.delete(sid);
  if (all.size > capacity + views.length) {
    const oldest = [...all.values()].sort(compareConversations).slice(capacity);
    const open = [chat.value, flexChat.value];
    for (const { sid } of oldest) if (!open.includes(sid)) all.delete(sid);
  }
  loaded.value = all;
}

/** Loads a conversation with all messages. @returns undefined if there is none */
export async function loadConversation(sid: string): Promise<ConversationView | undefined> {
  const view = await ask<ConversationView>(`/api/conversations/${encodeURIComponent(sid)}`);
  if (view) takeConversations([view]);
  return view;
}

/** The conversations that are being loaded. */
const loading = new Set<string>();

/** Loads conversations that are shown, if the page does not have all of their messages. */
export async function loadShown(sids: readonly string[]): Promise<void> {
  const missing = sids.filter((sid) => {
    const one = loaded.value.get(sid);
    return !loading.has(sid) && (!one || one.messages.length < one.messageCount);
  });
  for (const sid of missing) loading.add(sid);
  await Promise.all(missing.map(loadConversation));
  for (const sid of missing) loading.delete(sid);
}

/** Loads a customer by the number of the phone, also one whom the page knows. @returns undefined if nobody has it */
export async function loadPhone(phone: string): Promise<SimulatedCustomer | undefined> {
  const page = await ask<CustomerPage>(`/api/customers?${new URLSearchParams({ phone })}`);
  const found = page?.customers[0];
  if (!found) return undefined;
  const customer = { ...found, phone };
  takeCustomers([customer]);
  return customer;
}

/** Adds people to those whom the page knows. */
export function takeCustomers(people: readonly SimulatedCustomer[]): void {
  const phones = new Set(people.map(({ phone }) => phone));
  customers.value = [...customers.value.filter(({ phone }) => !phones.has(phone)), ...people];
}

/** A list of conversations that is loaded by page. */
export interface ConversationList {
  /** The newest first, without those that have not been loaded yet. */
  list: ConversationView[];
  /** Whether there are more than those in `list`. */
  hasMore: boolean;
  isLoading: boolean;
  /** Loads the next page, if there is one. */
  more(): void;
}

/** @returns the conversations that match, up to date; the first page is loaded at once */
export function useConversationList(filter: ConversationFilter): ConversationList {
  const next = useSignal<string | undefined>(undefined);
  const isLoading = useSignal(true);
  const latest = useRef(0);
  const key = JSON.stringify(filter);
  const load = async (before?: string): Promise<void> => {
    const turn = ++latest.current;
    isLoading.value = true;
    const parameters = new URLSearchParams(
      Object.entries({ ...filter, before }).flatMap(([name, value]) =>
        value === undefined || value === '' ? [] : [[name, String(value)]],
      ),
    );
    const page = await ask<ConversationPage>(`/api/conversations?${parameters}`);
    takeConversations(page?.conversations ?? []);
    // The filter has changed meanwhile.
    if (turn !== latest.current) return;
    batch(() => {
      isLoading.value = false;
      // A page that did not come is asked for again by scrolling.
      next.value = page ? page.next : before;
    });
  };
  useEffect(() => {
    // Waits until the user stops typing.
    const timer = setTimeout(() => void load(), filter.query ? 150 : 0);
    return () => clearTimeout(timer);
  }, [key, epoch.value]);
  const list = useMemo(() => {
    const end = next.value === undefined ? undefined : readCursor(next.value);
    return conversations.value.filter(
      (one) => matchesConversation(one, filter) && (!end || compareConversations(one, end) <= 0),
    );
  }, [conversations.value, key, next.value]);
  return {
    list,
    hasMore: next.value !== undefined,
    isLoading: isLoading.value,
    more: () => {
      if (next.value !== undefined && !isLoading.value) void load(next.value);
    },
  };
}

/** Keeps the messages that the page already has: lists and events bring only some. */
function withKnownMessages(view: ConversationView, known: ConversationView | undefined): ConversationView {
  if (!known || view.messages.length === view.messageCount) return view;
  const messages = new Map<string, SimulatedMessage>();
  for (const message of [...known.messages, ...view.messages]) messages.set(message.sid, message);
  return { ...view, messages: [...messages.values()].sort((a, b) => a.index - b.index) };
}
