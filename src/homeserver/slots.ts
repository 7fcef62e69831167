/** Lets only so many jobs run at a time; the others wait in order. Used for joins, so that they do not crowd out talk. */

export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];
  #head = 0;

  constructor(most: number) {
    this.#free = most;
  }

  /** Runs `job` when a slot is free, and gives what it gives. */
  async run<T>(job: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await job();
    } finally {
      this.#next();
    }
  }

  #next(): void {
    const next = this.#waiting[this.#head];
    if (!next) {
      this.#free++;
      return;
    }
    // A moving head: ten thousand waiting joins must not make each step linear.
    if (++this.#head > 512) this.#head -= this.#waiting.splice(0, this.#head).length;
    next();
  }
}
