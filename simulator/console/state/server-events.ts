import { batch, effect } from '@preact/signals';
import type { Snapshot, TimelineEntry } from '../../api';
import type { ConversationView, ServerEvent } from '../../api-lists';
import { ask, endOffline, showToast } from './control-api';
import { loadPhone, loadShown, takeConversations, takeCustomers } from './conversations';
import {
  agent,
  chat,
  connected,
  customers,
  epoch,
  flexChat,
  flexResult,
  lastResult,
  loaded,
  onlyConversation,
  phone,
  phones,
  snapshot,
  worker,
} from './state';
import { clearTimeline, loadTimeline, takeEntries } from './timeline';

let waiting: ServerEvent[] = [];
/** Whether the page will look at what is waiting. */
let isDue = false;

/** Receives the server's events, and reconnects when it comes back. */
export function connect(): void {
  const events = new EventSource('/api/events');
  events.onopen = () => {
    connected.value = true;
    endOffline();
    void load();
  };
  events.onerror = () => {
    connected.value = false;
  };
  // The events may have stayed open while the browser itself was offline.
  addEventListener('online', endOffline);
  events.addEventListener('changes', (event) => {
    endOffline();
    waiting.push(...(JSON.parse((event as MessageEvent<string>).data) as ServerEvent[]));
    if (isDue) return;
    isDue = true;
    // A page that nobody sees has no frames.
    if (document.hidden) setTimeout(takeWaiting, 250);
    else requestAnimationFrame(takeWaiting);
  });
  effect(() => {
    if (loaded.value) for (const open of [chat, flexChat]) void showOpen(open);
  });
  let filter = onlyConversation.peek();
  effect(() => {
    if (filter === onlyConversation.value) return;
    filter = onlyConversation.value;
    void loadTimeline();
  });
}

async function load(): Promise<void> {
  const state = await ask<Snapshot>('/api/state');
  if (!state) return;
  batch(() => {
    forget();
    takeSnapshot(state);
  });
  await loadTimeline();
}

/** Loads an open chat; one that is no longer there is closed. */
async function showOpen(open: typeof chat): Promise<void> {
  const sid = open.value;
  if (sid === undefined) return;
  await loadShown([sid]);
  if (connected.value && open.value === sid && !loaded.value.has(sid)) open.value = undefined;
}

/** Once per frame, all that has come since the last one: each signal changes once. */
function takeWaiting(): void {
  isDue = false;
  const events = waiting;
  waiting = [];
  batch(() => {
    let entries: TimelineEntry[] = [];
    let views: ConversationView[] = [];
    let removed: string[] = [];
    let state: Snapshot | undefined;
    for (const event of events) {
      if (event.type === 'timeline') entries.push(event.data);
      else if (event.type === 'conversation') views.push(event.data);
      else if (event.type === 'conversationRemoved') removed.push(event.data);
      else if (event.type === 'state') state = event.data;
      else {
        entries = [];
        views = [];
        removed = [];
        reset();
      }
    }
    if (state) takeSnapshot(state);
    takeConversations(views, removed);
    takeEntries(entries);
  });
}

function reset(): void {
  forget();
  lastResult.value = undefined;
  chat.value = undefined;
  flexChat.value = undefined;
  flexResult.value = undefined;
  phones.value = [];
  customers.value = [];
}

/** Forgets what the server may have forgotten; open chats and phones stay. */
function forget(): void {
  clearTimeline();
  loaded.value = new Map();
  onlyConversation.value = undefined;
  epoch.value += 1;
}

function takeSnapshot(state: Snapshot): void {
  const before = snapshot.value?.data;
  snapshot.value = state;
  if (before && before.loadedAt !== state.data.loadedAt) {
    const { customers: count, workers } = state.data;
    showToast(`${count.toLocaleString('en')} customers and ${workers} workers loaded`);
    // Their names may have changed.
    for (const one of phones.value) void loadPhone(one);
    epoch.value += 1;
  }
  if (!state.workers.some(({ identity }) => identity === worker.value)) {
    worker.value = state.workers[0]?.identity ?? '';
  }
  if (!state.flex.agents.some(({ name }) => name === agent.value)) {
    agent.value = state.flex.agents[0]?.name ?? '';
  }
  if (phones.value.length === 0) {
    takeCustomers(state.phones);
    phones.value = state.phones.map((one) => one.phone);
    phone.value = phones.value[0] ?? '';
  }
}
