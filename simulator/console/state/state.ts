import { computed, signal } from '@preact/signals';
import type {
  ActionResult,
  FlexAgent,
  FlexResult,
  SimulatedChannel,
  SimulatedCustomer,
  SimulatedWorker,
  Snapshot,
  TimelineEntry,
} from '../../api';
import type { ConversationView } from '../../api-lists';
import { type ConversationFilter, compareConversations } from '../../conversation-filter';

/** What the server has reported: the settings and what is short. */
export const snapshot = signal<Snapshot | undefined>(undefined);
/** The entries that the page has loaded, in order. */
export const timeline = signal<TimelineEntry[]>([]);
/** Whether the server has older entries. */
export const hasOlder = signal(false);
/** The conversations that the page has loaded, by SID. */
export const loaded = signal<ReadonlyMap<string, ConversationView>>(new Map());
/** The people whom the page knows: those with a phone that it shows or has shown. */
export const customers = signal<SimulatedCustomer[]>([]);
export const connected = signal(true);
/** Grows when everything has to be loaded again. */
export const epoch = signal(0);

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
export const view = signal<'timeline' | 'conversations' | 'data'>('timeline');
/** Which conversations the list of all shows. */
export const conversationFilter = signal<ConversationFilter>({});
export const onlyProblems = signal(false);
/** The SID of the only conversation that the timeline shows. */
export const onlyConversation = signal<string | undefined>(undefined);
export const open = signal<ReadonlySet<number>>(new Set());
export const pane = signal<'customer' | 'timeline' | 'worker'>('customer');
/** The result of the last scenario. */
export const lastResult = signal<(ActionResult & { name: string }) | undefined>(undefined);

export const workers = computed<SimulatedWorker[]>(() => snapshot.value?.workers ?? []);
export const agents = computed<FlexAgent[]>(() => snapshot.value?.flex.agents ?? []);
/** The conversations that the page has loaded, the newest first. */
export const conversations = computed<ConversationView[]>(() =>
  [...loaded.value.values()].sort(compareConversations),
);

/** The timeline by trace, the newest first. */
export const traces = computed<TimelineEntry[][]>(() => {
  const groups = new Map<string, TimelineEntry[]>();
  for (const entry of timeline.value) {
    const group = groups.get(entry.trace);
    if (group) group.push(entry);
    else groups.set(entry.trace, [entry]);
  }
  const sid = onlyConversation.value;
  return [...groups.values()].reverse().filter((group) => {
    if (onlyProblems.value && !group.some((entry) => entry.state === 'failed')) return false;
    return sid === undefined || group.some((entry) => entry.conversationSid === sid);
  });
});
