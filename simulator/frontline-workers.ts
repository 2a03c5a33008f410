import type { SimulatedWorker, WorkerChange } from './api';
import { DataResources } from './data-resources';
import type { ProjectData } from './project-data';
import type { Frontline } from './twilio/frontline';

/** The workers of the routing data as Frontline users. */
export class FrontlineWorkers {
  readonly #frontline: Frontline;
  readonly #data: () => ProjectData;
  readonly #users: DataResources<string>;

  constructor(frontline: Frontline, data: () => ProjectData) {
    this.#frontline = frontline;
    this.#data = data;
    this.#users = new DataResources({
      find: (identity) => frontline.users().find((one) => one.identity === identity)?.friendly_name,
      put: (identity, friendly_name) => frontline.putUser({ identity, friendly_name }),
      remove: (identity) => frontline.removeUser(identity),
    });
  }

  /** Makes the workers of the data Frontline users, and nobody else whom the data named before. */
  applyData(): void {
    this.#users.apply(
      new Map(this.#data().workers.map(({ identity, displayName }) => [identity, displayName])),
    );
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
