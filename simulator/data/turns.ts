/** How long a turn is, in milliseconds: a message waits for some fifteen of them, one at each of its requests. */
const turnMs = 10;

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

/** Does all steps of long work in turns. @returns their result */
export async function finishInTurns<T>(steps: Generator<void, T>): Promise<T> {
  const turns = new Turns();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (turns.isOver) await turns.next();
  }
}
