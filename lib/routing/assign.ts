import { type PassedOver, type RoutePlan, type RouteRule, routeRules } from './plan';

/** How the outside world answers while a plan is carried out. */
export interface Assigning {
  /** `unknown` means that nobody can say now: availability is then left out of account altogether. */
  availability(worker: string): Promise<'available' | 'unavailable' | 'unknown'>;
  /** @returns undefined once the worker is in, or why Twilio does not take this worker */
  add(worker: string): Promise<string | undefined>;
}

export interface Assignment {
  /** Who got it; undefined when nobody did. */
  worker?: string;
  /** By which rule. */
  rule?: RouteRule;
  /** Why nobody got it. */
  reason?: 'no_candidate' | 'nobody_available' | 'all_refused';
  /** The rules and candidates that were tried before, in order. */
  passedOver: PassedOver[];
  /** Whether anything but the conversation and the data had a say, so that a second delivery may choose otherwise. */
  byChance: boolean;
}

/** So many candidates are asked about at once: a long pool of absent workers must not eat the time budget. */
const lookAhead = 5;

/**
 * Carries out a plan: the first candidate who is available and whom Twilio takes gets the conversation.
 *
 * @throws whatever `add` throws; then nothing further is tried
 */
export async function assign(plan: RoutePlan, world: Assigning): Promise<Assignment> {
  const passedOver: PassedOver[] = [];
  const refused = new Map<string, string>();
  const availability = new Map<string, 'available' | 'unavailable'>();
  let ignoreAvailability = false;

  const askAhead = async (from: number): Promise<void> => {
    const waiting = plan.candidates
      .slice(from)
      .filter((candidate) => !candidate.evenIfUnavailable && !availability.has(candidate.worker));
    const next = [...new Set(waiting.map((candidate) => candidate.worker))].slice(0, lookAhead);
    const answers = await Promise.all(next.map((worker) => world.availability(worker)));
    for (const [index, worker] of next.entries()) {
      const answer = answers[index];
      if (answer === 'unknown' || answer === undefined) ignoreAvailability = true;
      else availability.set(worker, answer);
    }
  };

  for (const [index, candidate] of plan.candidates.entries()) {
    const { worker, rule, evenIfUnavailable } = candidate;
    const earlier = refused.get(worker);
    if (earlier) {
      passedOver.push({ rule, why: earlier });
      continue;
    }
    if (!evenIfUnavailable) {
      if (!ignoreAvailability && !availability.has(worker)) await askAhead(index);
      if (availability.get(worker) === 'unavailable') {
        passedOver.push({ rule, why: 'unavailable' });
        continue;
      }
    }
    const why = await world.add(worker);
    if (why === undefined) {
      const byChance = availability.size > 0 || refused.size > 0 || ignoreAvailability;
      return { worker, rule, passedOver: before(rule, [...plan.passedOver, ...passedOver]), byChance };
    }
    refused.set(worker, why);
    passedOver.push({ rule, why });
  }
  const reason =
    plan.candidates.length === 0 ? 'no_candidate' : refused.size > 0 ? 'all_refused' : 'nobody_available';
  return { reason, passedOver: inOrder([...plan.passedOver, ...passedOver]), byChance: false };
}

function before(rule: RouteRule, passedOver: PassedOver[]): PassedOver[] {
  const end = routeRules.indexOf(rule);
  return inOrder(passedOver.filter((entry) => routeRules.indexOf(entry.rule) <= end));
}

function inOrder(passedOver: PassedOver[]): PassedOver[] {
  return passedOver.sort((a, b) => routeRules.indexOf(a.rule) - routeRules.indexOf(b.rule));
}
