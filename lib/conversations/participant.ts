import { type Address, type BindingFields, isAmong, isSameAddress } from '../address';
import { NotFound } from '../errors';
import type { Customer } from '../model';
import { byteLength, isUnset, parseAttributes, setMembers } from '../text';
import type { TwilioApi } from '../twilio/api';
import { type ConversationRef, fetchAttributes, updateAttributes } from '../twilio/conversations';

/** Who joined a conversation. */
export type Joined =
  /** A worker, a customer in a chat, a bot. */
  | { is: 'with_identity' }
  /** In a group MMS, Twilio adds our own number as a participant. */
  | { is: 'our_number' }
  | { is: 'without_address' }
  | { is: 'person'; address: Address | undefined };

/**
 * Distinguishes people from workers and from our own number.
 *
 * @param event `onParticipantAdded`
 * @param ownAddresses the keys of our own addresses (`Routing.ownAddresses`)
 */
export function whoJoined(
  event: BindingFields & { Identity?: string | undefined },
  ownAddresses: readonly string[],
): Joined {
  if (event.Identity) return { is: 'with_identity' };
  const [who] = event['MessagingBinding.Address'];
  const projected = event['MessagingBinding.ProjectedAddress'];
  if (who === undefined) return { is: projected === undefined ? 'without_address' : 'our_number' };
  const isOurs = isAmong(who, ownAddresses) || (projected !== undefined && isSameAddress(who, projected));
  return isOurs ? { is: 'our_number' } : { is: 'person', address: who.address };
}

/** The cards from which a participant can be completed. */
export interface Cards {
  /** The card with the participant's address, if there is one. */
  byAddress: Customer | undefined;
  byId(customerId: string): Promise<Customer | undefined>;
}

/** What completing a participant needs from outside: requests to Twilio and waiting. */
export interface ParticipantEffects {
  /** @returns the attributes as JSON text, or undefined when there is no such participant */
  read(): Promise<string | undefined>;
  /**
   * Replaces the attributes as a whole.
   *
   * @param sleep waits before a retry; `write` throws what `sleep` throws
   * @returns false when there is no such participant
   */
  write(attributes: string, sleep: (ms: number) => Promise<void>): Promise<boolean>;
  deadline: { remaining(): number };
  sleep(ms: number): Promise<unknown>;
}

/** @returns the requests to Twilio by which a participant is completed */
export function participantEffects(
  api: TwilioApi,
  conversation: ConversationRef,
  participantSid: string,
): ParticipantEffects {
  return {
    ...api,
    read: () => fetchAttributes(api, conversation, participantSid),
    write: (attributes, sleep) =>
      updateAttributes({ ...api, sleep }, conversation, participantSid, attributes),
  };
}

/** The result, for the log. */
export type Completion =
  | { updates: number; dropped: string[] }
  | { unchanged: (AttributesDecision & { do: 'nothing' })['why'] | 'no_card' | 'unknown_customer_id' };

/** How often the attributes are written at most, if another program keeps replacing them. */
const maxUpdates = 3;

/** The time that is kept for one more read and for the answer, in milliseconds. */
const marginMs = 300;

/**
 * Adds a card's id, name and avatar to a participant's attributes: from the card of the `customer_id` that is there, or
 * else from the card of the address. Two cards are never mixed.
 *
 * Twilio replaces attributes as a whole and has no compare-and-set. With several programs that write them:
 * - Everything that was there at the last read stays. The update follows the read at once, and is repeated only with the
 *   result of a new read.
 * - Several deliveries of one event, also at the same time, end in the same attributes: each writes all of one card, and
 *   nothing that is there already.
 * - If another program replaces the attributes just after us with what it had read before, the last read finds that, and
 *   they are completed again.
 * - What another program writes between our last read and our update (one round trip) is lost. That cannot be prevented.
 *
 * @throws NotFound when there is no such participant until the time budget is used up (a new participant may not be
 *   readable yet); what `read` and `write` throw
 */
export async function completeParticipant(cards: Cards, effects: ParticipantEffects): Promise<Completion> {
  const waitUntilThere = createWaiting(effects);
  const byId = new Map<string, Customer | undefined>();
  let done: { updates: number; dropped: string[] } | undefined;

  while (true) {
    const current = done ? await readAgain(effects) : await effects.read();
    if (current === undefined) {
      if (done) return done;
      await waitUntilThere();
      continue;
    }

    const id = readCustomerId(current);
    const isOther = id !== undefined && id !== cards.byAddress?.customer_id;
    if (isOther && !byId.has(id)) {
      byId.set(id, await cards.byId(id));
      // That may have taken a while: what was read is outdated.
      continue;
    }
    const card = isOther ? byId.get(id) : cards.byAddress;
    if (!card) return done ?? { unchanged: isOther ? 'unknown_customer_id' : 'no_card' };

    const decision = participantAttributes(card, current);
    if (decision.do === 'nothing') return done ?? { unchanged: decision.why };
    if (done?.updates === maxUpdates) return done;
    const outcome = await replace(effects, current, decision.attributes);
    if (outcome === 'gone') await waitUntilThere();
    if (outcome === 'done') done = { updates: (done?.updates ?? 0) + 1, dropped: decision.dropped };
  }
}

/** Thrown while an update waits for its retry, to stop it. */
class Replaced extends Error {
  readonly attributes: string | undefined;

  constructor(attributes: string | undefined) {
    super('the attributes are not those that were read');
    this.attributes = attributes;
  }
}

/** Replaces the attributes. A retry must not overwrite what somebody else has written meanwhile. */
async function replace(
  { read, write, sleep }: ParticipantEffects,
  current: string,
  attributes: string,
): Promise<'done' | 'gone' | 'changed'> {
  try {
    const isThere = await write(attributes, async (ms) => {
      await sleep(ms);
      const now = await read();
      if (now !== current) throw new Replaced(now);
    });
    return isThere ? 'done' : 'gone';
  } catch (error) {
    if (!(error instanceof Replaced)) throw error;
    // An update whose answer was lost may have been done.
    return error.attributes === attributes ? 'done' : 'changed';
  }
}

/** Reads once more after an update; if that fails, the work is still done. */
async function readAgain({ read, deadline }: ParticipantEffects): Promise<string | undefined> {
  if (deadline.remaining() < marginMs) return undefined;
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** @returns a function that waits longer each time, and throws NotFound when there is no time for another try */
function createWaiting({ deadline, sleep }: ParticipantEffects): () => Promise<void> {
  let pause = 100;
  return async () => {
    if (deadline.remaining() < pause + marginMs) {
      throw new NotFound('participant_not_found', 'There is no such participant.');
    }
    await sleep(pause);
    pause = Math.min(2 * pause, 800);
  };
}

/** Twilio's limit, in bytes of JSON text. */
const attributesLimit = 4 * 1024;

/**
 * Reads the `customer_id` that a participant already has. A number counts as its text; any other value is kept, but is the
 * id of no card.
 *
 * @param attributes JSON text
 * @returns undefined when it is missing, null or blank
 */
export function readCustomerId(attributes: unknown): string | undefined {
  const id = parseAttributes(attributes)?.customer_id;
  if (isUnset(id)) return undefined;
  if (typeof id === 'string') return id;
  return Number.isSafeInteger(id) ? String(id) : JSON.stringify([id]);
}

/** What to do about a participant's attributes. */
export type AttributesDecision =
  | { do: 'write'; attributes: string; dropped: string[] }
  | { do: 'nothing'; why: 'complete' | 'not_an_object' | 'full'; dropped: string[] };

/**
 * Adds a customer's id, name and avatar to a participant's attributes. Values that are there already stay; null and
 * blank text count as missing. What does not fit into 4 KB is left out: the avatar first, then the name, never the id.
 *
 * @param customer the card; if the attributes have a `customer_id`, it must be that customer's
 * @param current the participant's attributes as they are (JSON text)
 */
export function participantAttributes(customer: Customer, current: string): AttributesDecision {
  const present = parseAttributes(current);
  if (!present) return { do: 'nothing', why: 'not_an_object', dropped: [] };

  const { customer_id, display_name, avatar } = customer;
  const wanted = [
    ...(readCustomerId(current) === undefined ? [['customer_id', customer_id] as const] : []),
    ...(isUnset(present.display_name) ? [['display_name', display_name] as const] : []),
    ...(avatar !== undefined && isUnset(present.avatar) ? [['avatar', avatar] as const] : []),
  ];
  const dropped: string[] = [];

  while (wanted.length > 0) {
    const attributes = setMembers(current, Object.fromEntries(wanted));
    if (byteLength(attributes) <= attributesLimit) return { do: 'write', attributes, dropped };
    dropped.push(String(wanted.pop()?.[0]));
    if (dropped.includes('customer_id')) return { do: 'nothing', why: 'full', dropped };
  }
  return { do: 'nothing', why: 'complete', dropped };
}
