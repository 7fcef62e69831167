/** Makes single what several clients hear and any of them may be the first to tell (QUIT, NICK, STATUSMSG). */

import type { Clock } from '../../lib/clock.js';

interface Told<C> {
  readonly key: string;
  readonly at: number;
  readonly tellers: Set<C>;
}

/** Remembers for a minute (at most `most` things) who has told what. */
export class Once<C> {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #byKey = new Map<string, Told<C>[]>();
  readonly #queue = new Set<Told<C>>();

  constructor(clock: Clock, most = 10_000) {
    this.#clock = clock;
    this.#most = most;
  }

  /**
   * Whether this is new: nobody told it, or this client tells it once more than the others did so far.
   * @param key all that makes two tellings the same, such as command, folded nick and text
   */
  first(client: C, key: string): boolean {
    this.#forget(this.#most);
    const known = this.#byKey.get(key);
    const copy = known?.find((told) => !told.tellers.has(client));
    if (copy) {
      copy.tellers.add(client);
      return false;
    }
    this.#forget(this.#most - 1);
    const told: Told<C> = { key, at: this.#clock.elapsed(), tellers: new Set([client]) };
    const same = this.#byKey.get(key);
    if (same) same.push(told);
    else this.#byKey.set(key, [told]);
    this.#queue.add(told);
    return true;
  }

  #forget(most: number): void {
    const old = this.#clock.elapsed() - 60_000;
    for (const told of this.#queue) {
      if (told.at > old && this.#queue.size <= most) return;
      this.#queue.delete(told);
      const same = this.#byKey.get(told.key);
      same?.shift();
      if (same?.length === 0) this.#byKey.delete(told.key);
    }
  }
}
