/** The time, and timers, behind one interface, so that tests own time. The only file that touches the real ones. */

import { setMaxListeners } from 'node:events';

/** A timer or a repeated job; `end` is harmless when it has already fired. */
export interface Timer {
  end(): void;
}

export interface Clock {
  /** Wall time, ms since the epoch: for what is written down or shown. It may jump. */
  now(): number;
  /** Monotonic time in ms from an arbitrary start: for every measuring of how long (RELIABILITY D7). */
  elapsed(): number;
  /** Calls `job` once after `ms`; the job must not throw. Timers do not keep the process alive. */
  after(ms: number, job: () => void): Timer;
  /** Calls `job` each `ms` until ended. */
  every(ms: number, job: () => void): Timer;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after(ms, job) {
    const timer = setTimeout(job, Math.min(ms, 0x7fff_ffff));
    timer.unref();
    return { end: () => clearTimeout(timer) };
  },
  every(ms, job) {
    const timer = setInterval(job, ms);
    timer.unref();
    return { end: () => clearInterval(timer) };
  },
};

/** Keeps the process alive until ended: for a time when it waits for nothing but timers of a `Clock`, as at its start. */
export function stayAlive(): Timer {
  const timer = setInterval(() => undefined, 0x7fff_ffff);
  return { end: () => clearInterval(timer) };
}

/** Resolves after `ms` of the clock's time; rejects with the signal's reason when that comes first. */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    // Thousands may wait for one signal: Node takes eleven for a leak and says so.
    if (signal) setMaxListeners(0, signal);
    const onAbort = (): void => {
      timer.end();
      reject(signal?.reason as Error);
    };
    const timer = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Gives `late()` when `work` has not settled after `ms`; the work itself goes on. */
export function within<T, L>(clock: Clock, ms: number, work: Promise<T>, late: () => L): Promise<T | L> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(ms, () => resolve(late()));
    work.then(
      (value) => {
        timer.end();
        resolve(value);
      },
      (fault: unknown) => {
        timer.end();
        reject(fault);
      },
    );
  });
}
