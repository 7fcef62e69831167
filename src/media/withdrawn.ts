/** Which events were redacted: in memory for every request, in the store for the next start (MEDIA-13). */

import type { Clock } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { FileAddressStore } from '../store/port.js';

export interface WithdrawnNeeds {
  readonly store: Pick<FileAddressStore, 'withdrawn' | 'withdraw'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Seconds after which every address has ended by itself; `undefined`: some never do. */
  readonly longestTtl: number | undefined;
}

export class Withdrawn {
  readonly #needs: WithdrawnNeeds;
  /** By digest, when it may be forgotten. */
  readonly #events = new Map<string, number>();

  constructor(needs: WithdrawnNeeds) {
    this.#needs = needs;
  }

  /** Reads what an earlier life of the process wrote; once, before the first question. */
  async load(): Promise<void> {
    for (const { event, until = Infinity } of await this.#needs.store.withdrawn()) this.#events.set(event, until);
  }

  /** Whether one of these events was redacted. */
  has(digests: readonly string[]): boolean {
    return digests.some((digest) => this.#events.has(digest));
  }

  /** All of them. */
  get digests(): readonly string[] {
    return [...this.#events.keys()];
  }

  /** In force at once, and on disk when it resolves; a disk that fails is logged, and then it holds until the next start. */
  async add(event: string): Promise<void> {
    const { store, clock, log, longestTtl } = this.#needs;
    const until = longestTtl === undefined ? undefined : clock.now() + longestTtl * 1000;
    this.#events.set(event, until ?? Infinity);
    try {
      await store.withdraw({ event, ...(until === undefined ? {} : { until }) });
    } catch (fault) {
      log.error('redaction of a shown file is not kept', { why: faultText(fault) });
    }
  }

  /** Forgets what ended before `now`. */
  tidy(now: number): void {
    for (const [event, until] of this.#events) if (until < now) this.#events.delete(event);
  }
}
