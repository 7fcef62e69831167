/** Netsplits in one channel: which two of us are apart, and which has come further since the net is whole again. */

interface Pair {
  /** One has shown the QUIT of the other, and no JOIN since, though the other is here. */
  apart: boolean;
  /** How often it showed that the net was whole again. */
  heals: number;
}

export class Splits<Who> {
  /** What each has shown of others; there is none before the first split. */
  #shown: Map<Who, Map<Who, Pair>> | undefined;

  /** `me` showed the QUIT of `other`, one of us who is here. */
  quit(me: Who, other: Who): void {
    this.#shown ??= new Map();
    const mine = this.#shown.get(me) ?? new Map<Who, Pair>();
    this.#shown.set(me, mine.set(other, { apart: true, heals: mine.get(other)?.heals ?? 0 }));
  }

  /** `me` showed a JOIN of `other`. @returns whether that is the end of a split */
  joins(me: Who, other: Who): boolean {
    const pair = this.#shown?.get(me)?.get(other);
    if (!pair?.apart) return false;
    pair.apart = false;
    pair.heals++;
    return true;
  }

  /** Whether `me` has shown that they are apart, and not yet that they no longer are. */
  areApart(me: Who, other: Who): boolean {
    return this.#shown?.get(me)?.get(other)?.apart === true;
  }

  /** Those to whom what `me` shows now was not said; `undefined`: none. */
  apartFrom(me: Who): Set<Who> | undefined {
    const shown = this.#shown?.get(me);
    if (!shown) return undefined;
    const apart = new Set<Who>();
    for (const [other, pair] of shown) if (pair.apart) apart.add(other);
    return apart.size > 0 ? apart : undefined;
  }

  /** Whether `me` has shown the end of a split and `other` has not: it may still show what was said before that. */
  isAhead(me: Who, other: Who): boolean {
    const heals = (one: Who, two: Who): number => this.#shown?.get(one)?.get(two)?.heals ?? 0;
    return heals(me, other) > heals(other, me);
  }

  /** What `who` shows is not looked at any more: it would never be seen to have shown the end of a split. */
  unwatched(who: Who): void {
    this.#shown?.delete(who);
  }

  /** `who` is gone. */
  forget(who: Who): void {
    if (!this.#shown) return;
    this.#shown.delete(who);
    for (const shown of this.#shown.values()) shown.delete(who);
    if ([...this.#shown.values()].every(({ size }) => size === 0)) this.#shown = undefined;
  }
}
