/** Joins concurrent calls for the same key into one. */

export class SingleFlight<K, T> {
  readonly #running = new Map<K, Promise<T>>();

  /** Runs `work`, or gives the promise of the run that is under way for `key`. */
  do(key: K, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key);
    if (running) return running;
    const started = work().finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
