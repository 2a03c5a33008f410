/** How long a turn is, in milliseconds: nobody waits longer than this for the answer to a message. */
const turnMs = 20;

/** Long work in turns, so that webhooks and messages go on meanwhile. */
export class Turns {
  #end = performance.now() + turnMs;

  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Lets others have their turn. */
  async next(): Promise<void> {
    await new Promise(setImmediate);
    this.#end = performance.now() + turnMs;
  }
}
