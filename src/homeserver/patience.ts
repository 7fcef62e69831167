/** Tries a call to the homeserver until it has a lasting answer: backoff, rate-limit windows, the end of everything. */

import { backoff } from '../lib/backoff.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { sleep } from '../lib/clock.js';
import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { BridgeError } from '../model/errors.js';
import { NoAnswer } from './matrix-errors.js';

const FIRST_WAIT = 500;
/** Between two tries at a homeserver that is not there or ill: an outage ends soon after it is over (H1, F10). */
const LONGEST_WAIT = 10_000;
/** Between two tries after 429 without a word about how long. */
const LONGEST_LIMIT = 60_000;
/** After the end of an outage the calls that waited come back within this, not all at once. */
const SPREAD = 1_000;
/** One line about a failing homeserver in so many ms, however many calls fail. */
const LOG_EVERY = 10_000;

/** Whether another try may help. 401 too: an admin mends the token or loads the registration, and nothing is lost (H8). */
function retryable(fault: unknown): fault is BridgeError {
  return fault instanceof BridgeError && (fault.passing || fault.code === 'HOMESERVER_UNAUTHORISED');
}

/** How one run of tries differs from the usual. */
export interface Terms {
  /** Tries in all; without it there is no end but success, a lasting answer, or `signal`. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
  /** Shortens a wait. */
  readonly shorten?: (fault: BridgeError, wait: number) => number;
}

export class Patience {
  readonly #clock: Clock;
  readonly #chance: () => number;
  readonly #log: Log;
  readonly #stopping: AbortSignal;
  /** Until when (monotonic ms) a user was told to be quiet. Users are limited one by one (H4). */
  readonly #quietUntil = new BoundedMap<string, number>(10_000);
  /** Aborted when a call succeeds: whoever waits for the end of an outage need not wait longer. */
  #recovered = new AbortController();
  #waiting = 0;
  #lastLogged = -LOG_EVERY;
  #silenced = 0;

  /** @param stopping ends every wait; calls then throw `STOPPING` */
  constructor(clock: Clock, chance: () => number, log: Log, stopping: AbortSignal) {
    this.#clock = clock;
    this.#chance = chance;
    this.#log = log;
    this.#stopping = stopping;
  }

  /**
   * Runs `attempt` until it succeeds or throws what lasts.
   * @param user as whom it acts: 429 silences this user alone
   */
  async through<T>(user: string, attempt: () => Promise<T>, terms: Terms = {}): Promise<T> {
    for (let failed = 0; ; ) {
      if (this.#quietUntil.size > 0) await this.#whenLoud(user, terms.signal);
      try {
        const value = await attempt();
        if (this.#waiting > 0) this.#recover();
        return value;
      } catch (fault) {
        this.#throwIfEnded(terms.signal);
        if (!retryable(fault) || ++failed === terms.tries) throw fault;
        const usual = this.#waitAfter(user, fault, failed);
        const wait = terms.shorten?.(fault, usual) ?? usual;
        this.#tell(user, fault, wait);
        // The answer 500 may be about this one request: others that succeed say nothing then.
        if (fault instanceof NoAnswer || (fault.status ?? 0) > 500) await this.#sitOut(wait, terms.signal);
        else await this.#sleep(wait, terms.signal);
      }
    }
  }

  /** Waits until another call succeeds, and no longer than `ms`. */
  async #sitOut(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (ms <= SPREAD) return this.#sleep(ms, signal);
    const { signal: recovered } = this.#recovered;
    this.#waiting++;
    try {
      await this.#sleep(ms, signal ? AbortSignal.any([signal, recovered]) : recovered);
    } catch (fault) {
      if (!recovered.aborted || signal?.aborted || this.#stopping.aborted) throw fault;
      await this.#sleep(this.#chance() * SPREAD, signal);
    } finally {
      this.#waiting--;
    }
  }

  #recover(): void {
    const over = this.#recovered;
    this.#recovered = new AbortController();
    over.abort(new BridgeError('HOMESERVER_UNAVAILABLE', 'the homeserver is back'));
  }

  #waitAfter(user: string, fault: BridgeError, failed: number): number {
    if (fault.code === 'HOMESERVER_LIMIT') {
      const wait = fault.retryAfterMs ?? backoff(failed, FIRST_WAIT, LONGEST_LIMIT, this.#chance());
      const until = this.#clock.elapsed() + wait;
      if (until > (this.#quietUntil.get(user) ?? 0)) this.#quietUntil.set(user, until);
      return wait;
    }
    // A keep-alive connection that the homeserver had closed: nothing is wrong, so no wait, once (H10).
    if (failed === 1 && fault instanceof NoAnswer && fault.written) return 0;
    return backoff(failed - 1, FIRST_WAIT, LONGEST_WAIT, this.#chance());
  }

  async #whenLoud(user: string, signal: AbortSignal | undefined): Promise<void> {
    for (let until = this.#quietUntil.get(user); until !== undefined; until = this.#quietUntil.get(user)) {
      const wait = until - this.#clock.elapsed();
      if (wait <= 0) this.#quietUntil.delete(user);
      else await this.#sleep(wait, signal);
    }
  }

  async #sleep(ms: number, signal: AbortSignal | undefined): Promise<void> {
    if (ms <= 0) return;
    const either = signal ? AbortSignal.any([signal, this.#stopping]) : this.#stopping;
    try {
      await sleep(this.#clock, ms, either);
    } catch (fault) {
      this.#throwIfEnded(signal);
      throw fault;
    }
  }

  #throwIfEnded(signal: AbortSignal | undefined): void {
    if (this.#stopping.aborted || signal?.aborted) throw new BridgeError('STOPPING', 'the bridge is stopping');
  }

  #tell(user: string, fault: BridgeError, wait: number): void {
    const now = this.#clock.elapsed();
    if (now - this.#lastLogged < LOG_EVERY) {
      this.#silenced++;
      return;
    }
    this.#lastLogged = now;
    const fields = { user, fault, nextTryMs: wait, ...(this.#silenced > 0 ? { alike: this.#silenced } : {}) };
    this.#silenced = 0;
    if (fault.code === 'HOMESERVER_UNAUTHORISED') this.#log.error('homeserver does not know our as_token', fields);
    else this.#log.warn('homeserver request failed, trying again', fields);
  }
}
