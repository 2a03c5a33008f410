import { parseAttributes } from '../attributes';
import type { Participant } from '../twilio/conversations';

/**
 * What routing writes into the attributes of a worker whom it adds. Routing removes only workers with this mark: anybody
 * who joined in another way stays.
 */
export interface RoutingMark {
  /** The worker's place in the plan, 0 for the first choice; `ourNumberRank` for the participant of our number. */
  rank: number;
  /** The rule that named the worker. */
  rule: string;
}

const attribute = 'added_by_routing';

/**
 * The rank of the participant for our number in a group MMS. It comes first, whichever worker has it, and is never
 * removed: our number would leave the group.
 */
export const ourNumberRank = -1;

/** @returns the attributes (JSON text) with the mark added */
export function markAttributes(mark: RoutingMark, current = '{}'): string {
  return JSON.stringify({ ...parseAttributes(current), [attribute]: mark });
}

/** @returns the mark in a participant's attributes, or undefined when routing did not add this participant */
function readMark(attributes: string): RoutingMark | undefined {
  const { rank, rule } = (parseAttributes(attributes)?.[attribute] ?? {}) as Partial<RoutingMark>;
  return typeof rank === 'number' && typeof rule === 'string' ? { rank, rule } : undefined;
}

/** A participant whom routing added. */
export interface MarkedWorker extends Participant {
  identity: string;
  mark: RoutingMark;
}

/**
 * The workers whom routing added, in the order in which they have priority: first by the second in which they were
 * added, then by rank, then by SID. The order depends only on the list, so that two instances with different data or
 * different availability agree on it.
 *
 * @returns the worker who stays first
 */
export function markedWorkers(participants: readonly Participant[]): MarkedWorker[] {
  return participants
    .flatMap((participant): MarkedWorker[] => {
      const { identity } = participant;
      const mark = identity === undefined ? undefined : readMark(participant.attributes);
      return identity === undefined || !mark ? [] : [{ ...participant, identity, mark }];
    })
    .sort((a, b) => a.createdAt - b.createdAt || a.mark.rank - b.mark.rank || (a.sid < b.sid ? -1 : 1));
}
