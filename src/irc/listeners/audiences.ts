/** The channels that any of us is in, found by name or straight from a line's bytes. */

import type { Folded } from '../../model/irc-names.js';
import { Audience } from './audience.js';
import { ByteMap } from '../wire/byte-map.js';

/** Names longer than that belong to no channel of ours. */
const MOST_NAME_BYTES = 512;

export class Audiences<C> {
  readonly #fold: (name: string) => Folded;
  #byName = new Map<Folded, Audience<C>>();
  /** Every spelling seen in lines; a cache. */
  readonly #spelt = new ByteMap<Audience<C>>(8192);
  #ids = 0;

  constructor(fold: (name: string) => Folded) {
    this.#fold = fold;
  }

  find(channel: string): Audience<C> | undefined {
    return this.#byName.get(this.#fold(channel));
  }

  /** Finds by the bytes `buf[from, to)`. */
  of(buf: Buffer, from: number, to: number): Audience<C> | undefined {
    const known = this.#spelt.get(buf, from, to);
    if (known) return known;
    if (to - from > MOST_NAME_BYTES || to <= from) return undefined;
    const audience = this.find(buf.toString('utf8', from, to));
    if (audience) this.#spelt.set(buf, from, to, audience);
    return audience;
  }

  findOrMake(channel: string): Audience<C> {
    const folded = this.#fold(channel);
    const known = this.#byName.get(folded);
    if (known) return known;
    const fresh = new Audience<C>(this.#ids++, channel, folded);
    this.#byName.set(folded, fresh);
    return fresh;
  }

  drop(audience: Audience<C>): void {
    if (this.#byName.get(audience.folded) === audience) this.#byName.delete(audience.folded);
    this.#spelt.clear();
  }

  /** Folds all names anew. @returns those that now have the name of another, with that other */
  rekey(): readonly (readonly [Audience<C>, Audience<C>])[] {
    const before = [...this.#byName.values()];
    this.#byName = new Map();
    this.#spelt.clear();
    const same: [Audience<C>, Audience<C>][] = [];
    for (const audience of before) {
      audience.folded = this.#fold(audience.name);
      const other = this.#byName.get(audience.folded);
      if (other) same.push([audience, other]);
      else this.#byName.set(audience.folded, audience);
    }
    return same;
  }
}
