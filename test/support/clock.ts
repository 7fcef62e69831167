/** A clock that stands still until a test moves it. */

import type { Clock, Timer } from '../../src/lib/clock.js';

interface Pending {
  at: number;
  readonly order: number;
  readonly job: () => void;
  readonly every?: number;
}

/**
 * Time that moves only by `advance` and `jump`. Timers fire in the order of their time, then of their making, and
 * between two of them whatever became ready (promises, also those that wait for I/O already done) is let run.
 */
export class TestClock implements Clock {
  readonly #timers = new Set<Pending>();
  #now: number;
  #elapsed = 0;
  #orders = 0;

  /** @param start wall time in ms since the epoch; 2025-01-01 unless told */
  constructor(start = Date.UTC(2025, 0, 1)) {
    this.#now = start;
  }

  /** Timers not yet fired or ended: a test of tidiness asks that it is 0. */
  get timers(): number {
    return this.#timers.size;
  }

  now(): number {
    return this.#now;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(ms: number, job: () => void): Timer {
    return this.#add({ at: this.#elapsed + Math.max(0, ms), order: this.#orders++, job });
  }

  every(ms: number, job: () => void): Timer {
    const each = Math.max(1, ms);
    return this.#add({ at: this.#elapsed + each, order: this.#orders++, job, every: each });
  }

  /** Moves both clocks on by `ms`, firing what falls due on the way, also timers made meanwhile. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await settle();
    for (;;) {
      const next = this.#first(end);
      if (!next) break;
      this.#moveTo(next.at);
      if (next.every === undefined) this.#timers.delete(next);
      else next.at += next.every;
      next.job();
      await settle();
    }
    this.#moveTo(end);
  }

  /** Moves wall time alone, back or forth, as an administrator or NTP does; timers do not notice. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #add(pending: Pending): Timer {
    this.#timers.add(pending);
    return { end: () => void this.#timers.delete(pending) };
  }

  #first(end: number): Pending | undefined {
    let first: Pending | undefined;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }

  #moveTo(elapsed: number): void {
    this.#now += elapsed - this.#elapsed;
    this.#elapsed = elapsed;
  }
}

/** Lets microtasks run, and callbacks of I/O that is already done: two turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits in real time, turn by turn, until `holds`; fails with `what` after `ms`. For sockets and files under a TestClock. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${ms} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
