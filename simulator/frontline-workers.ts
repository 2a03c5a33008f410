import type { SimulatedWorker, WorkerChange } from './api';
import type { ProjectData } from './project-data';
import type { Frontline } from './twilio/frontline';

/** The workers of the routing data as Frontline users. */
export class FrontlineWorkers {
  readonly #frontline: Frontline;
  readonly #data: () => ProjectData;

  constructor(frontline: Frontline, data: () => ProjectData) {
    this.#frontline = frontline;
    this.#data = data;
  }

  /** Creates the missing Frontline users. */
  addMissing(): void {
    const known = new Set(this.#frontline.users().map(({ identity }) => identity));
    for (const { identity, displayName } of this.#data().workers) {
      if (!known.has(identity)) this.#frontline.putUser({ identity, friendly_name: displayName });
    }
  }

  /** @returns the workers of the data with their availability */
  list(): SimulatedWorker[] {
    const users = new Map(this.#frontline.users().map((user) => [user.identity, user]));
    return this.#data().workers.flatMap(({ identity, displayName }) => {
      const user = users.get(identity);
      return user ? [{ identity, displayName, available: user.is_available, state: user.state }] : [];
    });
  }

  /** @throws TwilioError 404 */
  change(identity: string, { available, state }: WorkerChange): SimulatedWorker {
    this.#frontline.user(identity);
    this.#frontline.putUser({
      identity,
      ...(available !== undefined && { is_available: available }),
      ...(state !== undefined && { state }),
    });
    return this.list().find((worker) => worker.identity === identity) as SimulatedWorker;
  }
}
