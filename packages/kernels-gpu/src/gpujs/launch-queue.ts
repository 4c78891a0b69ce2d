/** Runs jobs one after the other, in the order they came; a job that fails does not stop the next. */
export class LaunchQueue {
  #tail: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  run<Result>(job: () => Promise<Result>): Promise<Result> {
    this.#waiting++;
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => {}).then(() => this.#waiting--);
    return result;
  }

  /** Runs a job when those that came before are done: at once, if they are. */
  after(job: () => void): void {
    if (this.#waiting === 0) job();
    else void this.run(async () => job());
  }
}
