import { batch, computed, signal } from '@preact/signals';
import type {
  ActionResult,
  FlexAgent,
  FlexResult,
  SimulatedChannel,
  SimulatedConversation,
  SimulatedCustomer,
  SimulatedWorker,
  Snapshot,
  TimelineEntry,
} from '../api';

/** What the page knows. The server's word is the truth; nothing is assumed before it has said so. */
export const snapshot = signal<Snapshot | undefined>(undefined);
export const timeline = signal<TimelineEntry[]>([]);
export const connected = signal(true);
export const busy = signal(0);

/** What the user has chosen. */
export const phones = signal<string[]>([]);
export const phone = signal<string>('');
export const channelOf = signal<Record<string, SimulatedChannel>>({});
export const side = signal<'frontline' | 'flex'>('frontline');
export const worker = signal<string>('');
export const tab = signal<'chats' | 'customers'>('chats');
export const chat = signal<string | undefined>(undefined);
/** The name of the agent in Flex. */
export const agent = signal<string>('');
export const flexChat = signal<string | undefined>(undefined);
/** What came of the last conversation that an agent started. */
export const flexResult = signal<FlexResult | undefined>(undefined);
export const onlyProblems = signal(false);
export const open = signal<ReadonlySet<number>>(new Set());
export const pane = signal<'customer' | 'timeline' | 'worker'>('customer');
export const menu = signal<'scenarios' | 'settings' | undefined>(undefined);
export const lastResult = signal<(ActionResult & { name: string }) | undefined>(undefined);
export const toasts = signal<{ id: number; text: string }[]>([]);
export const theme = signal<string>(localStorage.getItem('theme') ?? 'auto');

/** So many entries of the timeline are kept on the page. */
const capacity = 2_000;

export const customers = computed<SimulatedCustomer[]>(() => snapshot.value?.customers ?? []);
export const workers = computed<SimulatedWorker[]>(() => snapshot.value?.workers ?? []);
export const agents = computed<FlexAgent[]>(() => snapshot.value?.flex.agents ?? []);
export const conversations = computed<SimulatedConversation[]>(() =>
  [...(snapshot.value?.conversations ?? [])].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
);

/** The timeline by cause, the newest cause first. */
export const traces = computed<TimelineEntry[][]>(() => {
  const groups = new Map<string, TimelineEntry[]>();
  for (const entry of timeline.value) {
    const group = groups.get(entry.trace);
    if (group) group.push(entry);
    else groups.set(entry.trace, [entry]);
  }
  const all = [...groups.values()].reverse();
  return onlyProblems.value ? all.filter((group) => group.some((entry) => entry.state === 'failed')) : all;
});

/** @returns the address of a customer on a channel, as Twilio writes it */
export function addressOf(number: string, channel: SimulatedChannel): string {
  return channel === 'whatsapp' ? `whatsapp:${number}` : number;
}

/** @returns the worker or agent of this identity */
function colleague(identity: string): SimulatedWorker | FlexAgent | undefined {
  return [...workers.value, ...agents.value].find((one) => one.identity === identity);
}

/** @returns what a person, worker or agent is called */
export function nameOf(author: string): string {
  const number = author.replace('whatsapp:', '');
  const known =
    colleague(author) ??
    customers.value.find(({ phone }) => phone === number) ??
    snapshot.value?.flex.customers.find(({ channels }) => channels.some(({ value }) => value === author));
  return known?.displayName ?? number;
}

/** @returns the customer's address, or the identity of one who chats */
export function customerOf({ participants }: SimulatedConversation): string | undefined {
  const outside = participants.find(({ address }) => address);
  if (outside) return outside.address;
  return participants.find(({ identity }) => identity !== undefined && !colleague(identity))?.identity;
}

export function titleOf(one: SimulatedConversation): string {
  const customer = customerOf(one);
  return one.friendlyName ?? (customer === undefined ? one.sid : nameOf(customer));
}

let nextToast = 1;

/** Shows an error for a while. */
export function complain(text: string): void {
  const id = nextToast++;
  toasts.value = [...toasts.value, { id, text }];
  setTimeout(() => {
    toasts.value = toasts.value.filter((toast) => toast.id !== id);
  }, 8_000);
}

/** Calls the control API; an error is shown and answered with undefined. */
export async function call<T>(
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: object,
): Promise<T | undefined> {
  busy.value += 1;
  try {
    const response = await fetch(path, {
      method,
      ...(body && { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }),
    });
    const answer = (await response.json()) as T & { message?: string };
    if (response.ok) return answer;
    complain(answer.message ?? `${path} answered ${response.status}`);
  } catch {
    complain('The local Twilio does not answer. Is npm start still running?');
  } finally {
    busy.value -= 1;
  }
  return undefined;
}

/** Runs a scenario and shows how it ended. */
export async function runScenario(name: string): Promise<void> {
  menu.value = undefined;
  lastResult.value = undefined;
  const result = await call<ActionResult>('POST', `/api/scenarios/${name}`);
  if (!result) return;
  lastResult.value = { ...result, name };
  showConversation(result.conversationSid);
}

/** Shows the people of a conversation on both sides. */
export function showConversation(sid: string | undefined): void {
  const one = conversations.value.find((conversation) => conversation.sid === sid);
  if (!one) return;
  const isIn = ({ identity }: { identity: string }): boolean =>
    one.participants.some((participant) => participant.identity === identity);
  const workerIn = workers.value.find(isIn);
  const agentIn = agents.value.find(isIn);
  // What nobody is in yet is shown where one is.
  const isFlex = agentIn !== undefined || (workerIn === undefined && side.value === 'flex');
  batch(() => {
    takePhoneOf(one);
    if (workerIn) worker.value = workerIn.identity;
    if (agentIn) agent.value = agentIn.name;
    side.value = isFlex ? 'flex' : 'frontline';
    (isFlex ? flexChat : chat).value = one.sid;
  });
}

/** Puts the phone of a conversation's customer on the table, where it is held by phone. */
export function takePhoneOf(one: SimulatedConversation): void {
  const [, prefix, number] = /^(whatsapp:)?(\+\d+)$/.exec(customerOf(one) ?? '') ?? [];
  const isKnown = customers.value.some(({ phone }) => phone === number);
  if (number !== undefined && isKnown) takePhone(number, prefix ? 'whatsapp' : 'sms');
}

/** Puts a phone on the table. */
export function takePhone(number: string, channel?: SimulatedChannel): void {
  if (!phones.value.includes(number)) phones.value = [number, ...phones.value].slice(0, 8);
  phone.value = number;
  if (channel) channelOf.value = { ...channelOf.value, [number]: channel };
}

/** Makes the chosen theme the page's. */
export function applyTheme(): void {
  document.documentElement.dataset.theme = theme.value;
  localStorage.setItem('theme', theme.value);
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

/** Follows the server, and finds it again when it was gone. */
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
