import type { TimelineEntry } from '../../simulator/api';
import type { LocalTwilio } from '../../simulator/local-twilio';
import type { Participant } from '../../simulator/twilio/conversations/model';
import { TwilioError } from '../../simulator/twilio/http/errors';
import {
  describeNote,
  describeRest,
  describeWebhook,
  type Entry,
  type People,
  type StartEvent,
} from './event';

/** How long a line waits for what its function logs, which comes by another way than the answer; in milliseconds. */
const logMs = 150;

/** Tells everything that happens in a local Twilio, with the names of its people. */
export function followLocalTwilio(
  local: LocalTwilio,
  options: { verbose: boolean },
  onEvent: (event: StartEvent) => void,
): void {
  const follower = new TimelineFollower(
    {
      nameOf: (address) => local.nameOf(address),
      customerName: (id) => local.customerName(id),
      participantsOf: (sid) =>
        participantsOf(local, sid).map(({ identity, messaging_binding }) => ({
          ...(identity !== null && { identity }),
          ...(messaging_binding?.address !== undefined && { address: messaging_binding.address }),
        })),
    },
    options,
    onEvent,
  );
  local.timeline.onEntry((entry) => follower.take(entry));
  local.onNotice((text) => follower.takeNotice(text));
}

/** @returns nobody for a conversation that was removed: a reset, for example, comes while webhooks are under way */
function participantsOf({ state }: LocalTwilio, sid: string): Participant[] {
  try {
    return state.participants(sid);
  } catch (error) {
    if (error instanceof TwilioError && error.status === 404) return [];
    throw error;
  }
}

/** Something that has ended, and is told next. */
interface Ended {
  isReady(): boolean;
  describe(): StartEvent;
}

/** Tells everything that happens once, when it has ended, in that order. */
class TimelineFollower {
  readonly #people: People;
  readonly #verbose: boolean;
  readonly #onEvent: (event: StartEvent) => void;
  /** The webhooks that are under way, with the REST requests that the functions made meanwhile. */
  readonly #running = new Map<number, Entry<'rest'>[]>();
  readonly #ended: Ended[] = [];

  /** @param verbose whether REST requests are told, too */
  constructor(people: People, { verbose }: { verbose: boolean }, onEvent: (event: StartEvent) => void) {
    this.#people = people;
    this.#verbose = verbose;
    this.#onEvent = onEvent;
  }

  /** Takes an entry of the timeline, each time that it changes. */
  take(entry: TimelineEntry): void {
    if (entry.kind === 'webhook') this.#takeWebhook(entry);
    else if (entry.kind === 'rest') this.#takeRest(entry);
    else this.#end({ isReady: () => true, describe: () => describeNote(entry) });
  }

  /** Takes what somebody has changed, which is not on the timeline. */
  takeNotice(title: string): void {
    const at = new Date().toISOString();
    const event: StartEvent = { type: 'note', at, state: 'ok', title, problems: [], codes: [] };
    this.#end({ isReady: () => true, describe: () => event });
  }

  #takeWebhook(entry: Entry<'webhook'>): void {
    if (entry.state === 'running') {
      if (!this.#running.has(entry.id)) this.#running.set(entry.id, []);
      return;
    }
    const calls = this.#running.get(entry.id);
    if (calls === undefined) {
      this.#tell();
      return;
    }
    this.#running.delete(entry.id);
    let waits = true;
    setTimeout(() => {
      waits = false;
      this.#tell();
    }, logMs).unref();
    this.#end({
      isReady: () => !waits || entry.decision !== undefined,
      describe: () => describeWebhook(entry, calls, this.#people),
    });
  }

  #takeRest(entry: Entry<'rest'>): void {
    if (entry.during !== undefined) this.#running.get(entry.during)?.push(entry);
    if (this.#verbose) this.#end({ isReady: () => true, describe: () => describeRest(entry) });
  }

  #end(ended: Ended): void {
    this.#ended.push(ended);
    this.#tell();
  }

  /** Not at once: whoever sent the webhook may add what comes of the answer. */
  #tell(): void {
    setImmediate(() => {
      while (this.#ended[0]?.isReady()) this.#onEvent((this.#ended.shift() as Ended).describe());
    });
  }
}
