/** Runs jobs in order for each key and side by side across keys. */

/** A job; what it rejects with goes to the queue's `onFault` and never stops the key. */
export type Job = () => Promise<void> | void;

export class KeyedQueue<K> {
  readonly #lanes = new Map<K, Job[]>();
  readonly #onFault: (key: K, fault: unknown) => void;
  #waiting = 0;
  #idle: (() => void)[] = [];

  /** @param onFault told of what a job rejects with; must not throw. */
  constructor(onFault: (key: K, fault: unknown) => void) {
    this.#onFault = onFault;
  }

  /** Jobs not yet finished, the running ones included. */
  get size(): number {
    return this.#waiting;
  }

  /** How many jobs of `key` are not yet finished. */
  sizeOf(key: K): number {
    return this.#lanes.get(key)?.length ?? 0;
  }

  /** Adds a job behind all others of its key. Starts it at once, in this tick, when the key is idle. */
  push(key: K, job: Job): void {
    this.#waiting++;
    const lane = this.#lanes.get(key);
    if (lane) {
      lane.push(job);
      return;
    }
    const fresh = [job];
    this.#lanes.set(key, fresh);
    void this.#run(key, fresh);
  }

  /** Resolves when nothing is queued or running. */
  whenIdle(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(key: K, lane: Job[]): Promise<void> {
    // A moving head instead of shift(): a lane of thousands must stay linear.
    let head = 0;
    while (head < lane.length) {
      try {
        await lane[head]?.();
      } catch (fault) {
        this.#onFault(key, fault);
      }
      head++;
      this.#waiting--;
      if (head > 512) {
        lane.splice(0, head);
        head = 0;
      }
    }
    this.#lanes.delete(key);
    if (this.#waiting === 0) {
      const idle = this.#idle;
      this.#idle = [];
      for (const resolve of idle) resolve();
    }
  }
}
