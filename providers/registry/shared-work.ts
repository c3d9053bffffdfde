// Work that several wait for and that is done once: while it goes on, whoever asks for the same joins. It is canceled when the
// last one who waited for it is.

interface Job<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export class SharedWork<T> {
  readonly #jobs = new Map<string, Job<T>>();

  /** What the work comes to; undefined as soon as `signal` aborts. `work` must heed its signal, and not reject. */
  join(key: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
    if (signal.aborted) return Promise.resolve(undefined);
    const job = this.#jobs.get(key) ?? this.#start(key, work);
    job.waiting += 1;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        job.waiting -= 1;
        if (job.waiting === 0) {
          this.#forget(key, job);
          job.controller.abort();
        }
        resolve(undefined);
      };
      signal.addEventListener("abort", leave, { once: true });
      job.result.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    });
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<T>): Job<T> {
    const controller = new AbortController();
    const job: Job<T> = { result: work(controller.signal), controller, waiting: 0 };
    this.#jobs.set(key, job);
    const forget = (): void => this.#forget(key, job);
    job.result.then(forget, forget);
    return job;
  }

  #forget(key: string, job: Job<T>): void {
    if (this.#jobs.get(key) === job) this.#jobs.delete(key);
  }
}
