/** A bounded map keyed by bytes of a buffer, so that a look-up needs neither a string nor folding. */

interface Entry<V> {
  readonly bytes: Uint8Array;
  readonly value: V;
}

/** One entry for each hash; a second name with the same hash takes its place, which costs time and nothing else. */
export class ByteMap<V> {
  readonly #entries = new Map<number, Entry<V>>();
  readonly #most: number;

  /** @param most entries; one more empties the map, for it is a cache */
  constructor(most: number) {
    this.#most = most;
  }

  /** What was set for the bytes `buf[from, to)`. */
  get(buf: Uint8Array, from: number, to: number): V | undefined {
    const entry = this.#entries.get(hash(buf, from, to));
    return entry && sameBytes(entry.bytes, buf, from, to) ? entry.value : undefined;
  }

  /** Sets a value for the bytes `buf[from, to)`, which are copied. */
  set(buf: Uint8Array, from: number, to: number, value: V): void {
    if (this.#entries.size >= this.#most) this.#entries.clear();
    this.#entries.set(hash(buf, from, to), { bytes: Uint8Array.from(buf.subarray(from, to)), value });
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Whether `buf[from, to)` holds just these bytes. */
export function sameBytes(bytes: Uint8Array, buf: Uint8Array, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let i = 0; i < bytes.length; i++) if (bytes[i] !== buf[from + i]) return false;
  return true;
}

/**
 * Whether `buf[from, to)` may be the same IRC name but for its case: all pairs of letters that any CASEMAPPING folds
 * in ASCII differ by bit 0x20 alone. Says yes too often, never too seldom (in ASCII).
 */
export function likeBytes(bytes: Uint8Array, buf: Uint8Array, from: number, to: number): boolean {
  if (bytes.length !== to - from) return false;
  for (let i = 0; i < bytes.length; i++) if ((((bytes[i] ?? 0) ^ (buf[from + i] ?? 0)) & 0xdf) !== 0) return false;
  return true;
}

/** FNV-1a, 32 bits. */
function hash(buf: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5 | 0;
  for (let i = from; i < to; i++) value = Math.imul(value ^ (buf[i] ?? 0), 0x01000193);
  return value;
}
