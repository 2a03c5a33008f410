import { type Address, isAmong, isSameAddress } from '../address';
import type { BindingFields } from '../binding';
import { NotFound } from '../errors';
import type { Customer } from '../model';
import { type AttributesDecision, customerIdOf, participantAttributes } from './attributes';

/** Who joined a conversation. */
export type Joined =
  /** A worker, a customer in a chat, a bot. */
  | { is: 'with_identity' }
  /** In a group MMS, Twilio makes our own number a participant of its own. */
  | { is: 'our_number' }
  | { is: 'without_address' }
  | { is: 'person'; address: Address | undefined };

/**
 * Tells people from workers and from our own number.
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

/** Whose card a participant may get. */
export interface Cards {
  /** The card that has the participant's address; undefined when none has. */
  byAddress: Customer | undefined;
  byId(customerId: string): Promise<Customer | undefined>;
}

/** What completing a participant does, and how it waits. */
export interface ParticipantEffects {
  /** @returns the attributes as JSON text, or undefined where there is no such participant */
  read(): Promise<string | undefined>;
  /**
   * Replaces the attributes as a whole.
   *
   * @param sleep is how it waits before it tries again; what that throws, it throws
   * @returns false when there is no such participant
   */
  write(attributes: string, sleep: (ms: number) => Promise<void>): Promise<boolean>;
  deadline: { remaining(): number };
  sleep(ms: number): Promise<unknown>;
}

/** What came of it, for the log. */
export type Completion =
  | { updates: number; dropped: string[] }
  | { unchanged: (AttributesDecision & { do: 'nothing' })['why'] | 'no_card' | 'unknown_customer_id' };

/** How often the attributes are written at most, when somebody else keeps replacing them. */
const mostUpdates = 3;

/** What is kept of the budget to read once more and to answer in, in milliseconds. */
const marginMs = 300;

/**
 * Puts a card's id, name and avatar into a participant's attributes: the card of the `customer_id` that is there, or
 * else the card of the address. Two cards are never mixed.
 *
 * Twilio replaces attributes as a whole and has no compare-and-set, so this is what holds with several writers:
 * - Whatever was there at the last read stays. The update follows it at once, and is repeated only with what a new
 *   read shows.
 * - Deliveries of one event, also at the same time, end in the same attributes: each writes all of one card, and
 *   nothing where it is there already.
 * - Where somebody else replaces the attributes just after us with what they read before, the last look sees it, and
 *   they are completed again.
 * - What somebody else writes between our last read and our update (one round trip) is lost; nobody can prevent that.
 *
 * @throws NotFound when there is no such participant until the budget is used up: right after it joined it may not be
 *   readable yet; what reading and writing throw
 */
export async function completeParticipant(cards: Cards, effects: ParticipantEffects): Promise<Completion> {
  const waitUntilThere = untilThere(effects);
  const byId = new Map<string, Customer | undefined>();
  let done: { updates: number; dropped: string[] } | undefined;

  while (true) {
    const current = done ? await lookAgain(effects) : await effects.read();
    if (current === undefined) {
      if (done) return done;
      await waitUntilThere();
      continue;
    }

    const id = customerIdOf(current);
    const isOther = id !== undefined && id !== cards.byAddress?.customer_id;
    if (isOther && !byId.has(id)) {
      byId.set(id, await cards.byId(id));
      // That may have taken a while: what was read is old.
      continue;
    }
    const card = isOther ? byId.get(id) : cards.byAddress;
    if (!card) return done ?? { unchanged: isOther ? 'unknown_customer_id' : 'no_card' };

    const decision = participantAttributes(card, current);
    if (decision.do === 'nothing') return done ?? { unchanged: decision.why };
    if (done?.updates === mostUpdates) return done;
    const outcome = await replace(effects, current, decision.attributes);
    if (outcome === 'gone') await waitUntilThere();
    if (outcome === 'done') done = { updates: (done?.updates ?? 0) + 1, dropped: decision.dropped };
  }
}

/** Is thrown out of an update's waiting to end it. */
class Replaced extends Error {
  readonly attributes: string | undefined;

  constructor(attributes: string | undefined) {
    super('the attributes are not those that were read');
    this.attributes = attributes;
  }
}

/** Replaces the attributes as long as they are those that were read: an update must not be repeated over others. */
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
    // An update whose answer got lost may have been done.
    return error.attributes === attributes ? 'done' : 'changed';
  }
}

/** The work is done: a look that fails does not undo it. */
async function lookAgain({ read, deadline }: ParticipantEffects): Promise<string | undefined> {
  if (deadline.remaining() < marginMs) return undefined;
  try {
    return await read();
  } catch {
    return undefined;
  }
}

/** @returns waits longer each time; throws NotFound when the budget does not allow another try */
function untilThere({ deadline, sleep }: ParticipantEffects): () => Promise<void> {
  let pause = 100;
  return async () => {
    if (deadline.remaining() < pause + marginMs) {
      throw new NotFound('participant_not_found', 'There is no such participant.');
    }
    await sleep(pause);
    pause = Math.min(2 * pause, 800);
  };
}
