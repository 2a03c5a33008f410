import { TwilioUnavailable } from '../errors';
import type { Routing } from '../model';
import { markedWorkers } from '../routing/assign';
import type { TwilioApi } from '../twilio/api';
import type { Participant } from '../twilio/conversations';
import { fetchFrontlineUser } from '../twilio/frontline';

type Answer = 'active' | 'deactivated' | 'no_worker' | 'unknown';

/** Who is a worker, asked only once for each identity. */
export class WorkerLookup {
  readonly #data: Routing;
  readonly #listed: ReadonlySet<string>;
  readonly #asked = new Map<string, Promise<Answer>>();

  constructor(data: Routing) {
    this.#data = data;
    this.#listed = new Set(data.workers.map(({ identity }) => identity));
  }

  async isWorker(api: TwilioApi, identity: string): Promise<boolean> {
    if (this.#listed.has(identity)) return true;
    if (!canBeIdentity(identity)) return false;
    return ['active', 'deactivated'].includes(await this.#ask(api, identity));
  }

  /**
   * Tells the workers in a conversation who can answer from those who no longer can.
   *
   * A worker is somebody whom routing added, whom the data lists, or whom Frontline knows. Deactivated is whom Frontline
   * says so of; and a worker whom routing added and whom the data no longer lists, without Frontline, or where Frontline
   * does not know this identity any more. That Frontline answers 404 for somebody who was taken from the app in the
   * identity provider is *unsure*: its API can deactivate users, and its documentation names no way to delete them.
   *
   * @see https://www.twilio.com/docs/frontline/api/user-resource
   * @throws TwilioUnavailable when Frontline cannot tell whether somebody is a worker
   */
  async findWorkers(
    api: TwilioApi,
    participants: readonly Participant[],
  ): Promise<{ active: string[]; deactivated: string[] }> {
    const marked = new Set(markedWorkers(participants).map(({ identity }) => identity));
    const found: { active: string[]; deactivated: string[] } = { active: [], deactivated: [] };
    for (const { identity } of participants) {
      if (identity === undefined) continue;
      const answer = await this.#judge(api, identity, marked.has(identity));
      if (answer === 'unknown') throw new TwilioUnavailable({ request: 'fetch Frontline user' });
      if (answer !== 'no_worker') found[answer].push(identity);
    }
    return found;
  }

  async #judge(api: TwilioApi, identity: string, isMarked: boolean): Promise<Answer> {
    const isListed = this.#listed.has(identity);
    if (this.#data.routing.on === 'onConversationAdded') {
      if (isListed) return 'active';
      if (!isMarked) return 'no_worker';
      return this.#listed.size > 0 ? 'deactivated' : 'active';
    }
    const answer = await this.#ask(api, identity);
    if (answer === 'no_worker' && isMarked && !isListed) return 'deactivated';
    return answer !== 'deactivated' && (isListed || isMarked) ? 'active' : answer;
  }

  #ask(api: TwilioApi, identity: string): Promise<Answer> {
    if (this.#data.routing.on === 'onConversationAdded') return Promise.resolve('no_worker');
    const known = this.#asked.get(identity);
    if (known) return known;
    const asked = fetchFrontlineUser(api, identity, 'several').then((user): Answer => {
      // A wrong answer is not kept for the others.
      if (user.is === 'unknown') this.#asked.delete(identity);
      if (user.is !== 'user') return user.is === 'unknown' ? 'unknown' : 'no_worker';
      return user.deactivated ? 'deactivated' : 'active';
    });
    this.#asked.set(identity, asked);
    return asked;
  }
}

/** Addresses and `system` are no identities: nobody needs to be asked about them. */
function canBeIdentity(author: string): boolean {
  return author !== '' && author !== 'system' && !/^(\w+:)?\+?\d[\d\s]*$/.test(author);
}
