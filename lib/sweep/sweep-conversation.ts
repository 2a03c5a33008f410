import { isSameAddress, readEventAddress } from '../address';
import type { CustomerDirectory } from '../customers/directory';
import { CallbackError, Misconfigured, NotFound } from '../errors';
import type { Routing } from '../model';
import { ourNumberRank } from '../routing/assign';
import { alreadyThere, assignWorker, previewWorker } from '../routing/route-conversation';
import {
  type ActiveConversation,
  endConversation,
  listLatestMessages,
  listStudioAddresses,
} from '../twilio/active-conversations';
import type { TwilioApi } from '../twilio/api';
import { listParticipants, removeParticipant } from '../twilio/conversations';
import { hasTask, listWorkspaces } from '../twilio/flex';
import {
  findParties,
  markedAmong,
  namesInteraction,
  type SweptParties,
  toRoutableEvent,
  waitsForCustomer,
} from './parties';
import { WorkerLookup } from './worker-lookup';

/** What a sweep needs. */
export interface SweepContext {
  customers(): Promise<CustomerDirectory>;
  routing: Routing;
  /** TaskRouter's workspace, `WS…`, where Flex has its tasks; all workspaces unless given. */
  workspaceSid?: string | undefined;
  /** Opens Twilio's REST API for the work on one conversation. */
  openTwilio(): TwilioApi;
  /** Milliseconds since 1970. */
  now(): number;
}

/** What a sweep does. */
export interface SweepOptions {
  /** Changes nothing. */
  dryRun?: boolean;
  /** Closes conversations, instead of routing them, whose last message is older; in milliseconds. */
  closeOlderThanMs?: number | undefined;
}

/** Why a conversation is left as it is. */
export type SkipReason =
  | 'has_worker'
  | 'not_on_our_addresses'
  | 'flex_interaction'
  | 'studio_address'
  | 'waits_for_customer'
  | 'gone';

/** What became of a conversation. */
export interface SweptConversation {
  sid: string;
  outcome:
    | 'routed'
    | 'would_route'
    | 'closed'
    | 'would_close'
    /** The rules name nobody who can take it; or, in a group, our own number is the deactivated worker's. */
    | 'unrouted'
    /** Twilio refused, or could not be reached. */
    | 'failed'
    | 'skipped';
  reason?: string;
  worker?: string;
  rule?: string;
  /** Why it needs a worker. */
  why?: 'no_worker' | 'worker_deactivated';
  /** Since it was created. */
  ageMs: number;
  /** Since the last message. */
  silentMs?: number;
}

/** Finds the conversations that have a customer and no worker, and routes them by the rules of live routing. */
export class Sweeper {
  readonly #context: SweepContext;
  readonly #options: SweepOptions;
  readonly #workers: WorkerLookup;
  #account: Promise<Account> | undefined;
  #lastFailure: CallbackError | undefined;

  constructor(context: SweepContext, options: SweepOptions) {
    this.#context = context;
    this.#options = options;
    this.#workers = new WorkerLookup(context.routing);
  }

  /** Why the last of the conversations that failed did so. */
  get lastFailure(): CallbackError | undefined {
    return this.#lastFailure;
  }

  /**
   * Routes or closes one conversation, if it needs that. Safe to repeat, and beside live routing and other sweeps.
   *
   * @throws Misconfigured; every other failure becomes an outcome
   */
  async sweep(conversation: ActiveConversation): Promise<SweptConversation> {
    const ageMs = this.#context.now() - conversation.createdAt;
    const known = { sid: conversation.sid, ageMs };
    try {
      return { ...known, ...(await this.#sweep(conversation, this.#context.openTwilio())) };
    } catch (error) {
      if (error instanceof Misconfigured || !(error instanceof CallbackError)) throw error;
      if (error instanceof NotFound) return { ...known, outcome: 'skipped', reason: 'gone' };
      this.#lastFailure = error;
      return { ...known, outcome: 'failed', reason: error.code };
    }
  }

  async #sweep(
    conversation: ActiveConversation,
    api: TwilioApi,
  ): Promise<Omit<SweptConversation, 'sid' | 'ageMs'>> {
    const { routing, now } = this.#context;
    const { closeOlderThanMs, dryRun = false } = this.#options;
    if (namesInteraction(conversation.attributes)) return skipped('flex_interaction');
    const participants = await listParticipants(api, conversation);
    const parties = findParties(participants, routing);
    if (!parties) return skipped('not_on_our_addresses');
    const { active, deactivated } = await this.#workers.findWorkers(api, participants);
    if (active.length > 0) return skipped('has_worker');

    const messages = await listLatestMessages(api, conversation);
    const silentMs = now() - (messages[0]?.createdAt ?? conversation.createdAt);
    const isWorker = (identity: string) => this.#workers.isWorker(api, identity);
    if (await waitsForCustomer(messages, parties.customers, isWorker)) {
      return { ...skipped('waits_for_customer'), silentMs };
    }
    const belongsTo = await this.#findOtherOwner(api, conversation, parties);
    if (belongsTo) return skipped(belongsTo);

    const facts = { silentMs, why: deactivated.length > 0 ? 'worker_deactivated' : 'no_worker' } as const;
    if (closeOlderThanMs !== undefined && silentMs > closeOlderThanMs) {
      if (!dryRun) await endConversation(api, conversation);
      return { ...facts, outcome: dryRun ? 'would_close' : 'closed' };
    }
    const marked = markedAmong(participants, deactivated);
    if (marked.some(({ mark }) => mark.rank === ourNumberRank)) {
      return { ...facts, outcome: 'unrouted', reason: 'our_number_is_the_workers' };
    }
    const event = toRoutableEvent(conversation, parties, messages.find(isOf(parties))?.author);
    // Routing keeps the first worker whom it added: the deactivated one has to go before another one comes.
    for (const { sid } of dryRun ? [] : marked) await removeParticipant(api, conversation, sid);
    return { ...facts, ...(await this.#route(api, event, deactivated, dryRun)) };
  }

  async #route(
    api: TwilioApi,
    event: ReturnType<typeof toRoutableEvent>,
    deactivated: readonly string[],
    dryRun: boolean,
  ): Promise<Pick<SweptConversation, 'outcome' | 'reason' | 'worker' | 'rule'>> {
    const { customers, routing } = this.#context;
    const context = { customers, routing: async () => routing, twilio: () => api };
    const assign: typeof assignWorker = dryRun ? previewWorker : assignWorker;
    const { worker, rule = '', reason = '', byAnother } = await assign(event, context, deactivated);
    if (worker === undefined) return { outcome: 'unrouted', reason };
    // Live routing or another sweep was faster.
    if (rule === alreadyThere || byAnother) return { ...skipped('has_worker'), worker };
    return { outcome: dryRun ? 'would_route' : 'routed', worker, rule };
  }

  /** @returns what else answers a conversation, if anything does */
  async #findOtherOwner(
    api: TwilioApi,
    { sid }: ActiveConversation,
    { ours }: SweptParties,
  ): Promise<SkipReason | undefined> {
    const { studioAddresses, workspaces } = await this.#readAccount(api);
    if (studioAddresses.some((one) => isSameAddress(readEventAddress(one), ours))) return 'studio_address';
    for (const workspace of workspaces) if (await hasTask(api, workspace, sid)) return 'flex_interaction';
    return undefined;
  }

  /** Reads what is the same for all conversations once, and again after a failure. */
  #readAccount(api: TwilioApi): Promise<Account> {
    this.#account ??= readAccount(api, this.#context.workspaceSid).catch((error: unknown) => {
      this.#account = undefined;
      throw error;
    });
    return this.#account;
  }
}

/** What belongs to Flex. */
interface Account {
  studioAddresses: string[];
  workspaces: string[];
}

async function readAccount(api: TwilioApi, workspaceSid: string | undefined): Promise<Account> {
  const workspaces = workspaceSid === undefined ? await listWorkspaces(api) : [workspaceSid];
  return { studioAddresses: await listStudioAddresses(api), workspaces };
}

function skipped(reason: SkipReason): { outcome: 'skipped'; reason: SkipReason } {
  return { outcome: 'skipped', reason };
}

function isOf({ customers }: SweptParties): (message: { author: string }) => boolean {
  return ({ author }) => customers.includes(author);
}
