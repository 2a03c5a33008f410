import { batch } from '@preact/signals';
import type { SimulatedConversation, Snapshot, TimelineEntry } from '../../api';
import {
  agent,
  chat,
  connected,
  flexChat,
  flexResult,
  lastResult,
  phone,
  phones,
  snapshot,
  timeline,
  worker,
} from './state';

/** The maximum of timeline entries that the page keeps. */
const capacity = 2_000;

/** Receives the server's events, and reconnects when it comes back. */
export function connect(): void {
  const events = new EventSource('/api/events');
  const on = <T>(type: string, take: (data: T) => void): void =>
    events.addEventListener(type, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
  events.onopen = () => {
    connected.value = true;
    void load();
  };
  events.onerror = () => {
    connected.value = false;
  };
  on<TimelineEntry>('timeline', takeEntry);
  on<SimulatedConversation>('conversation', takeConversation);
  on<Snapshot>('state', takeSnapshot);
  on('reset', () => {
    batch(() => {
      timeline.value = [];
      lastResult.value = undefined;
      chat.value = undefined;
      flexChat.value = undefined;
      flexResult.value = undefined;
      phones.value = [];
    });
  });
}

async function load(): Promise<void> {
  const [state, entries] = await Promise.all([
    fetch('/api/state').then((response) => response.json() as Promise<Snapshot>),
    fetch('/api/timeline').then((response) => response.json() as Promise<TimelineEntry[]>),
  ]);
  batch(() => {
    takeSnapshot(state);
    timeline.value = entries.slice(-capacity);
  });
}

function takeSnapshot(state: Snapshot): void {
  batch(() => {
    snapshot.value = state;
    if (!state.workers.some(({ identity }) => identity === worker.value)) {
      worker.value = state.workers[0]?.identity ?? '';
    }
    if (!state.flex.agents.some(({ name }) => name === agent.value)) {
      agent.value = state.flex.agents[0]?.name ?? '';
    }
    if (phones.value.length === 0) {
      const first = state.customers.filter((one) => one.worker).slice(0, 3);
      phones.value = first.map((one) => one.phone);
      phone.value = phones.value[0] ?? '';
    }
  });
}

function takeEntry(entry: TimelineEntry): void {
  const index = timeline.value.findLastIndex(({ id }) => id === entry.id);
  timeline.value =
    index < 0 ? [...timeline.value, entry].slice(-capacity) : timeline.value.with(index, entry);
}

function takeConversation(conversation: SimulatedConversation): void {
  const state = snapshot.value;
  if (!state) return;
  const others = state.conversations.filter(({ sid }) => sid !== conversation.sid);
  snapshot.value = { ...state, conversations: [...others, conversation] };
}
