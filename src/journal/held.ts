/** The entries that are not done, and in which segment each lives. */

import type { Json } from '../model/matrix-content.js';
import type { EntryId, Lane } from './port.js';
import type { Segment } from './segment.js';

/** An entry that is not done, as the journal remembers it: without its body, which is in the segment. */
export interface Held {
  readonly id: EntryId;
  readonly lane: Lane;
  /** Its share of the line it was last written in. */
  bytes: number;
  /** Where it lives; `undefined` until its line is written. */
  segment: Segment | undefined;
  note: Json | undefined;
}

export class HeldEntries {
  readonly #entries = new Map<EntryId, Held>();
  #bytes = 0;

  get size(): number {
    return this.#entries.size;
  }

  /** Bytes of all of them in the segments. */
  get bytes(): number {
    return this.#bytes;
  }

  get(id: EntryId): Held | undefined {
    return this.#entries.get(id);
  }

  add(held: Held): void {
    this.#entries.set(held.id, held);
    this.#bytes += held.bytes;
  }

  /** It was written again, in a line of its own. */
  resize(held: Held, bytes: number): void {
    this.#bytes += bytes - held.bytes;
    held.bytes = bytes;
  }

  forget(held: Held): void {
    this.#entries.delete(held.id);
    this.#bytes -= held.bytes;
    if (held.segment) held.segment.open--;
  }

  /** Its line was written to `to`; nothing happens when it was done, or had moved, before that. */
  place(held: Held, from: Segment | undefined, to: Segment): void {
    if (this.#entries.get(held.id) !== held || held.segment !== from) return;
    if (from) from.open--;
    to.open++;
    held.segment = to;
  }

  /** Its line in `to` was taken back (`undefined`: never written): it lives where it was, or not at all. */
  unplace(held: Held, from: Segment | undefined, to: Segment | undefined): void {
    if (this.#entries.get(held.id) !== held || held.segment !== to) return;
    if (!from) this.forget(held);
    else if (to) this.place(held, to, from);
  }
}
