/** What a person has seen, and waiting for what they have not seen yet: with a deadline, never by sleeping. */

import type { Clock } from '../../lib/clock.js';

/** How long anybody waits when nothing is said. */
export const PATIENCE_MS = 60_000;

interface Waiter<T> {
  readonly fits: (item: T) => boolean;
  readonly done: (item: T) => void;
}

export class Seen<T> {
  /** Everything, oldest first. */
  readonly all: T[] = [];
  private readonly unclaimed = new Set<T>();
  private readonly waiters = new Set<Waiter<T>>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Forgets all of it. */
  clear(): void {
    this.all.length = 0;
    this.unclaimed.clear();
  }

  /** Notes one thing; whoever waits for it gets it. */
  push(item: T): void {
    this.all.push(item);
    for (const waiter of this.waiters) {
      if (!waiter.fits(item)) continue;
      this.waiters.delete(waiter);
      return waiter.done(item);
    }
    this.unclaimed.add(item);
  }

  /**
   * The first thing that fits and that nobody asked for before, now or within `withinMs`. Rejects with what was wanted
   * and the last things seen, as `show` writes them.
   */
  next(what: string, fits: (item: T) => boolean, withinMs: number, show: (item: T) => string): Promise<T> {
    for (const item of this.unclaimed) {
      if (!fits(item)) continue;
      this.unclaimed.delete(item);
      return Promise.resolve(item);
    }
    return new Promise((resolve, reject) => {
      const waiter: Waiter<T> = {
        fits,
        done: (item) => {
          timer.end();
          resolve(item);
        },
      };
      // A timer of its own would not keep the process alive; whoever waits holds a socket that does.
      const timer = this.clock.after(withinMs, () => {
        this.waiters.delete(waiter);
        const last = this.all.slice(-15).map(show).join('\n  ');
        reject(new Error(`${what}: not within ${withinMs} ms. Last seen:\n  ${last}`));
      });
      this.waiters.add(waiter);
    });
  }
}
