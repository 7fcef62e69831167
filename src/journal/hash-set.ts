/** A set of 96-bit hashes in one typed array: a million take about 25 MB, where a set of strings takes over 100. */

/** One hash: three unsigned 32-bit numbers, never all 0. */
export type Hash = readonly [number, number, number];

/** Words of one slot; a slot of three zeros is free. */
const WORDS = 3;

export class HashSet {
  #slots = new Uint32Array(WORDS * 1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(hash: Hash): boolean {
    return !isFree(this.#slots, slotOf(this.#slots, hash));
  }

  /** Adds a hash; false when it was there. */
  add(hash: Hash): boolean {
    const slot = slotOf(this.#slots, hash);
    if (!isFree(this.#slots, slot)) return false;
    this.#slots.set(hash, slot);
    this.#size++;
    if (this.#size * WORDS > this.#slots.length * 0.7) this.#grow();
    return true;
  }

  #grow(): void {
    const wider = new Uint32Array(this.#slots.length * 2);
    for (let at = 0; at < this.#slots.length; at += WORDS) {
      if (isFree(this.#slots, at)) continue;
      const hash = this.#slots.subarray(at, at + WORDS);
      wider.set(hash, slotOf(wider, [hash[0] ?? 0, hash[1] ?? 0, hash[2] ?? 0]));
    }
    this.#slots = wider;
  }
}

function isFree(slots: Uint32Array, at: number): boolean {
  return slots[at] === 0 && slots[at + 1] === 0 && slots[at + 2] === 0;
}

/** Where the hash is, or the free slot where it would go. There always is a free one. */
function slotOf(slots: Uint32Array, [a, b, c]: Hash): number {
  let at = (a % (slots.length / WORDS)) * WORDS;
  while (!isFree(slots, at) && !(slots[at] === a && slots[at + 1] === b && slots[at + 2] === c)) {
    at += WORDS;
    if (at === slots.length) at = 0;
  }
  return at;
}
