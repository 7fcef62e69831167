/** Runs jobs in order for each key and side by side across keys. */

/** A job; what it rejects with goes to the queue's `onFault` and never stops the key. */
export type Job = () => Promise<void> | void;

/** The jobs of a key; those before `head` are finished. */
interface Lane {
  readonly jobs: (Job | undefined)[];
  head: number;
}

/** Finished places that a lane may hold before it is made shorter: a lane of thousands must stay linear. */
const SLACK = 512;

/** Has no bound of its own: who pushes keeps one (the flows hold no more than the journal does). */
export class KeyedQueue<K> {
  readonly #lanes = new Map<K, Lane>();
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
    const lane = this.#lanes.get(key);
    return lane ? lane.jobs.length - lane.head : 0;
  }

  /** Adds a job behind all others of its key. Starts it at once, in this tick, when the key is idle. */
  push(key: K, job: Job): void {
    this.#waiting++;
    const lane = this.#lanes.get(key);
    if (lane) {
      lane.jobs.push(job);
      return;
    }
    const fresh = { jobs: [job], head: 0 };
    this.#lanes.set(key, fresh);
    void this.#run(key, fresh);
  }

  /** Resolves when nothing is queued or running. */
  whenIdle(): Promise<void> {
    if (this.#waiting === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  async #run(key: K, lane: Lane): Promise<void> {
    while (lane.head < lane.jobs.length) {
      const job = lane.jobs[lane.head];
      lane.jobs[lane.head] = undefined;
      try {
        await job?.();
      } catch (fault) {
        this.#onFault(key, fault);
      }
      lane.head++;
      this.#waiting--;
      if (lane.head > SLACK) {
        lane.jobs.splice(0, lane.head);
        lane.head = 0;
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
