import type { SimulatedWorker, WorkerChange } from './api';
import type { ProjectData } from './project-data';
import type { TwilioState } from './twilio/state';

/** The workers of the routing data as Frontline users. */
export class FrontlineWorkers {
  readonly #state: TwilioState;
  readonly #data: () => ProjectData;

  constructor(state: TwilioState, data: () => ProjectData) {
    this.#state = state;
    this.#data = data;
  }

  /** Makes a Frontline user of each worker who is none yet. */
  addMissing(): void {
    const known = new Set(this.#state.frontlineUsers().map(({ identity }) => identity));
    for (const { identity, displayName } of this.#data().workers) {
      if (!known.has(identity)) this.#state.putFrontlineUser({ identity, friendlyName: displayName });
    }
  }

  /** @returns the workers of the data with their availability */
  list(): SimulatedWorker[] {
    const users = new Map(this.#state.frontlineUsers().map((user) => [user.identity, user]));
    return this.#data().workers.flatMap(({ identity, displayName }) => {
      const user = users.get(identity);
      return user ? [{ identity, displayName, available: user.isAvailable, state: user.state }] : [];
    });
  }

  /** @throws TwilioError 404 */
  change(identity: string, { available, state }: WorkerChange): SimulatedWorker {
    this.#state.frontlineUser(identity);
    this.#state.putFrontlineUser({
      identity,
      ...(available !== undefined && { isAvailable: available }),
      ...(state !== undefined && { state }),
    });
    return this.list().find((worker) => worker.identity === identity) as SimulatedWorker;
  }
}
