import { computed, signal } from '@preact/signals';
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
} from '../../api';

/** What the server has reported. Only its events change these. */
export const snapshot = signal<Snapshot | undefined>(undefined);
export const timeline = signal<TimelineEntry[]>([]);
export const connected = signal(true);

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
/** The result of the last outbound message. */
export const flexResult = signal<FlexResult | undefined>(undefined);
export const onlyProblems = signal(false);
export const open = signal<ReadonlySet<number>>(new Set());
export const pane = signal<'customer' | 'timeline' | 'worker'>('customer');
/** The result of the last scenario. */
export const lastResult = signal<(ActionResult & { name: string }) | undefined>(undefined);

export const customers = computed<SimulatedCustomer[]>(() => snapshot.value?.customers ?? []);
export const workers = computed<SimulatedWorker[]>(() => snapshot.value?.workers ?? []);
export const agents = computed<FlexAgent[]>(() => snapshot.value?.flex.agents ?? []);
export const conversations = computed<SimulatedConversation[]>(() =>
  [...(snapshot.value?.conversations ?? [])].sort((a, b) => b.updatedAt.localeCompare(a.updatedAt)),
);

/** The timeline by trace, the newest first. */
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
