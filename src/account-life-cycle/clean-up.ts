/**
 * After somebody was forgotten: nothing of him is left in the files either. Many together cost one cleaning, and a second
 * one follows when what was under way for them is through.
 */

import type { Journal } from '../journal/port.js';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { UserId } from '../model/ids.js';
import type { Store } from '../store/port.js';

export interface CleanUpNeeds {
  readonly store: Pick<Store, 'scrub'>;
  readonly journal: Pick<Journal, 'clean'>;
  /** Takes them out of what is in use. */
  readonly forget: (people: ReadonlySet<UserId>) => Promise<void>;
  /** Whether a person's account is still closed. */
  readonly isClosed: (person: UserId) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Who follows within this shares the cleaning, which writes all files anew. */
const GATHER_MS = 500;
/** Between two cleanings. */
const LEAST_MS = 30_000;
/** Refusals of what he had still said are told after a minute at most; then their entries are done too. */
const AGAIN_MS = 120_000;

export class CleanUp {
  readonly #needs: CleanUpNeeds;
  #people = new Set<UserId>();
  #waiting: { readonly resolve: () => void; readonly reject: (fault: unknown) => void }[] = [];
  #timer: Timer | undefined;
  readonly #later = new Set<Timer>();
  #lastAt = -Infinity;

  constructor(needs: CleanUpNeeds) {
    this.#needs = needs;
  }

  /** Resolves when the files are clean of a person. Throws `STORE_FAULT` and `JOURNAL_FAULT`. */
  after(person: UserId): Promise<void> {
    this.#people.add(person);
    const { clock } = this.#needs;
    const wait = Math.max(GATHER_MS, this.#lastAt + LEAST_MS - clock.elapsed());
    this.#timer ??= clock.after(wait, () => {
      this.#timer = undefined;
      void this.#run();
    });
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  stop(): void {
    this.#timer?.end();
    for (const timer of this.#later) timer.end();
  }

  async #run(): Promise<void> {
    const people = this.#people;
    const waiting = this.#waiting;
    this.#people = new Set();
    this.#waiting = [];
    this.#lastAt = this.#needs.clock.elapsed();
    try {
      await this.#clean(people);
      for (const { resolve } of waiting) resolve();
    } catch (fault) {
      for (const { reject } of waiting) reject(fault);
    }
    const timer = this.#needs.clock.after(AGAIN_MS, () => {
      this.#later.delete(timer);
      void this.#onceMore(people);
    });
    this.#later.add(timer);
  }

  async #onceMore(people: ReadonlySet<UserId>): Promise<void> {
    try {
      // What has begun anew meanwhile is somebody else's.
      await this.#clean(new Set([...people].filter((person) => this.#needs.isClosed(person))));
    } catch (fault) {
      this.#needs.log.warn('files not cleaned a second time', { why: faultText(fault) });
    }
  }

  async #clean(people: ReadonlySet<UserId>): Promise<void> {
    await this.#needs.forget(people);
    await this.#needs.store.scrub([...people]);
    await this.#needs.journal.clean();
    this.#needs.log.info('files cleaned of closed accounts', { people: people.size });
  }
}
