import { createHash } from 'node:crypto';
import { type OutboundContext, openSync, principalOf } from './context';
import {
  type JournalOptions,
  journalPrefix,
  KeptJournal,
  type ReadJournal,
  readJournal,
  takeJournal,
} from './journal';
import type { OutboundPlan } from './plan';
import type { Entries, Journal, OutboundResult } from './steps';

/** A request that is carried out once for all that are sent with its key. */
export interface KeyedRequest {
  /** @returns the result that an identical request has had; undefined when there is none */
  findResult(): Promise<OutboundResult | undefined>;
  /**
   * Carries it out, or waits for the request that does.
   *
   * @param start is given the journal of all requests with this key
   * @returns the result, and whether an earlier request brought it about
   * @throws as `takeJournal` and as `start`
   */
  carryOut(
    plan: OutboundPlan,
    start: (journal: Journal) => Promise<OutboundResult>,
  ): Promise<{ result: OutboundResult; replayed: boolean }>;
}

/**
 * Carries out a request once for all requests of one caller with the same key, by a journal in Twilio Sync; without a
 * key, once.
 *
 * @param key the caller's own name for the request
 * @param request as it was sent: an identical one is known by this
 */
export function onceForKey(context: OutboundContext, key: string | undefined, request: object): KeyedRequest {
  const { caller, newId } = context;
  if (key === undefined) {
    return {
      findResult: async () => undefined,
      carryOut: async (_plan, start) => ({
        result: await start(unkeptJournal(digest(newId()))),
        replayed: false,
      }),
    };
  }
  const options: JournalOptions = {
    sync: openSync(context),
    name: journalPrefix + digest(principalOf(caller), key),
    holder: newId(),
    request: digest(JSON.stringify(request)),
  };
  let known: ReadJournal | undefined;
  return {
    findResult: async () => {
      known = await readJournal(options);
      const { request: kept, result } = known?.page ?? {};
      return kept === options.request ? (result as OutboundResult | undefined) : undefined;
    },
    carryOut: async (plan, start) => {
      const { workspaceSid } = plan;
      const fingerprint = fingerprintOf(plan);
      const taken = await takeJournal(options, { fingerprint, workspaceSid }, known);
      if (!(taken instanceof KeptJournal)) return { result: taken.result as OutboundResult, replayed: true };
      return { result: await writeDown(context, taken, start), replayed: false };
    },
  };
}

/** What a request means, in whatever way it is written. */
function fingerprintOf({ channel, customer, interaction, message, onActive }: OutboundPlan): string {
  const { properties, participants = [] } = interaction.channel as {
    properties?: object;
    participants?: { level?: string; address?: string; identity?: string }[];
  };
  const { attributes, ...routing } = interaction.routing.properties;
  // The customer is in it by what an address means.
  const { customerAddress: _address, ...named } = attributes;
  const recipients = participants
    .filter(({ level }) => level !== undefined && level !== 'to')
    .map(({ level, address }) => `${level} ${address?.toLowerCase()}`);
  const { interactionContextSid } = interaction;
  const to = 'address' in customer ? customer.address.key : customer.identity;
  return digest(
    JSON.stringify([channel, to, properties, recipients.sort(), routing, interactionContextSid, onActive]),
    JSON.stringify(Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1))),
    JSON.stringify(message),
  );
}

async function writeDown(
  { addToLog }: OutboundContext,
  journal: KeptJournal,
  start: (journal: Journal) => Promise<OutboundResult>,
): Promise<OutboundResult> {
  let result: OutboundResult;
  try {
    result = await start(journal);
  } catch (error) {
    await journal.release();
    throw error;
  }
  try {
    await journal.finish(result);
  } catch {
    // The next request with the key finds what was sent.
    addToLog({ idempotency: 'the result could not be kept' }, 'error');
  }
  return result;
}

/** The journal of a request that nobody can send again: it ends with the request. */
function unkeptJournal(tag: string): Journal {
  let entries: Entries = { round: 1 };
  return {
    tag,
    get entries() {
      return entries;
    },
    isKept: false,
    settlesInMs: Number.POSITIVE_INFINITY,
    save: async (change) => {
      entries = { ...entries, ...change };
    },
  };
}

/** @returns a name for some texts that says nothing of them: 40 hexadecimal digits */
function digest(...texts: string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 40);
}
