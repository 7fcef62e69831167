/** Who asks, and how much of it we bear: so many requests in a minute, so many downloads at a time (MEDIA-8). */

import { Allowance } from '../lib/allowance.js';
import { BoundedMap } from '../lib/bounded-map.js';
import type { Clock } from '../lib/clock.js';

/** Bounds; tests make them small. */
export interface VisitorLimits {
  /** Requests in a minute from one address. */
  readonly perMinute: number;
  /** Downloads at a time for one address, and for all. */
  readonly eachAtOnce: number;
  readonly allAtOnce: number;
  /** Bytes in a minute that are read from the homeserver for one address: more than it gets, where it asks for parts. */
  readonly bytesPerMinute: number;
}

export const usualVisitors: VisitorLimits = { perMinute: 240, eachAtOnce: 16, allAtOnce: 64, bytesPerMinute: 2 ** 31 };

/** Seconds after which it makes sense to come again. */
export const COME_AGAIN = 60;
const MINUTE_MS = 60_000;
const MOST_KNOWN = 10_000;

export class Visitors {
  readonly #clock: Clock;
  readonly #limits: VisitorLimits;
  readonly #requests: Allowance;
  readonly #downloads = new Map<string, number>();
  readonly #read = new BoundedMap<string, { readonly since: number; readonly bytes: number }>(MOST_KNOWN);
  #all = 0;

  constructor(clock: Clock, limits: VisitorLimits = usualVisitors) {
    this.#clock = clock;
    this.#limits = limits;
    this.#requests = new Allowance(clock, limits.perMinute, MINUTE_MS);
  }

  /** Whether this visitor may ask now. */
  mayAsk(visitor: string): boolean {
    return this.#requests.take(visitor);
  }

  /** Begins a download and gives what ends it; `undefined` when there are too many. */
  begin(visitor: string): (() => void) | undefined {
    const own = this.#downloads.get(visitor) ?? 0;
    if (this.#readFor(visitor).bytes >= this.#limits.bytesPerMinute) return undefined;
    if (own >= this.#limits.eachAtOnce || this.#all >= this.#limits.allAtOnce) return undefined;
    this.#downloads.set(visitor, own + 1);
    this.#all++;
    let open = true;
    return () => {
      if (!open) return;
      open = false;
      this.#all--;
      const left = (this.#downloads.get(visitor) ?? 1) - 1;
      if (left > 0) this.#downloads.set(visitor, left);
      else this.#downloads.delete(visitor);
    };
  }

  /** Notes what a download has cost. */
  spent(visitor: string, bytes: number): void {
    const { since, bytes: before } = this.#readFor(visitor);
    this.#read.set(visitor, { since, bytes: before + bytes });
  }

  #readFor(visitor: string): { readonly since: number; readonly bytes: number } {
    const now = this.#clock.elapsed();
    const known = this.#read.get(visitor);
    return known && now - known.since < MINUTE_MS ? known : { since: now, bytes: 0 };
  }
}
