/** A map keyed by IRC names whatever their case, which keeps the spelling it was given last. */

import type { Folded } from '../model/irc-names.js';
import { foldName, type CaseMapping } from './casefold.js';

/** Keys are compared by `mapping`; iteration gives the spelling of the last `set`, in order of first `set`. */
export class CaseMap<V, N extends string = string> {
  #mapping: CaseMapping;
  #entries = new Map<Folded, readonly [N, V]>();

  constructor(mapping: CaseMapping = 'rfc1459') {
    this.#mapping = mapping;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The rule in force. */
  get mapping(): CaseMapping {
    return this.#mapping;
  }

  get(name: string): V | undefined {
    return this.#entries.get(this.#key(name))?.[1];
  }

  has(name: string): boolean {
    return this.#entries.has(this.#key(name));
  }

  /** The name as it was last written here; `undefined` when it is not here. */
  spelling(name: string): N | undefined {
    return this.#entries.get(this.#key(name))?.[0];
  }

  set(name: N, value: V): this {
    this.#entries.set(this.#key(name), [name, value]);
    return this;
  }

  delete(name: string): boolean {
    return this.#entries.delete(this.#key(name));
  }

  clear(): void {
    this.#entries.clear();
  }

  *keys(): IterableIterator<N> {
    for (const [name] of this.#entries.values()) yield name;
  }

  *values(): IterableIterator<V> {
    for (const [, value] of this.#entries.values()) yield value;
  }

  [Symbol.iterator](): IterableIterator<readonly [N, V]> {
    return this.#entries.values();
  }

  /**
   * Compares by another rule from now on. Where two names become one the later stays;
   * the others are given back, so that their owner can end what they stand for.
   */
  rekey(mapping: CaseMapping): readonly (readonly [N, V])[] {
    const before = [...this.#entries.values()];
    const lost: (readonly [N, V])[] = [];
    this.#mapping = mapping;
    this.#entries = new Map();
    for (const entry of before) {
      const key = this.#key(entry[0]);
      const earlier = this.#entries.get(key);
      if (earlier !== undefined) lost.push(earlier);
      this.#entries.set(key, entry);
    }
    return lost;
  }

  #key(name: string): Folded {
    return foldName(this.#mapping, name);
  }
}
