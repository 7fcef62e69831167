/** The ledger of lines said in channels: what one listener showed and another has not yet, over the last minute. */

import { BoundedMap } from '../../lib/bounded-map.js';
import type { Clock } from '../../lib/clock.js';
import { type Entry, type Group, isPastFor, type LedgerPlace, mark, nextOf, pass } from './equal-lines.js';
import { HeldLines, type HeldLine } from './held-lines.js';

/** How far, in ms, one client's connection commonly lags behind another's. */
export const LAG_MS = 10_000;
/** How long a line is remembered for late copies, in ms. */
export const MEMORY_MS = 60_000;

export interface LedgerNeeds<Place, Who> {
  readonly clock: Clock;
  /** A held line nobody else showed in time. It counts as said already; saying it is the listener's part. */
  readonly overdue: (held: HeldLine<Place, Who>) => void;
  readonly mostEntries?: number;
  readonly mostBytes?: number;
}

/**
 * A multiset: the n-th equal line that a listener shows is the same as the n-th that another shows. A line is said when
 * the first primary shows it or when it was held for three seconds; every other showing only counts.
 */
export class Ledger<Place extends LedgerPlace<Who>, Who> {
  readonly #needs: LedgerNeeds<Place, Who>;
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  readonly #groups = new Map<string, Group<Place, Who>>();
  /** For each listener the last line it has shown of those that another showed first. */
  readonly #reached = new Map<Who, BoundedMap<Who, number>>();
  #queue: Entry<Place, Who>[] = [];
  #head = 0;
  #bytes = 0;
  #orders = 0;
  readonly #held: HeldLines<Place, Who, Entry<Place, Who>>;

  constructor(needs: LedgerNeeds<Place, Who>) {
    this.#needs = needs;
    this.#held = new HeldLines(needs.clock, needs.overdue);
    this.#mostEntries = needs.mostEntries ?? 20_000;
    this.#mostBytes = needs.mostBytes ?? 16_777_216;
  }

  /** Lines remembered, and those of them that are held. */
  get size(): { readonly remembered: number; readonly held: number } {
    return { remembered: this.#queue.length - this.#head, held: this.#held.size };
  }

  /** The point behind all lines, for `skip` and `rewind`. */
  get end(): number {
    return this.#orders;
  }

  /** The point behind the lines that came before `elapsed` (monotonic ms). */
  pointAt(elapsed: number): number {
    for (let at = this.#head; at < this.#queue.length; at++) {
      const entry = this.#queue[at];
      if (entry && entry.at > elapsed) return entry.order;
    }
    return this.#orders;
  }

  /** The primary showed a line. @returns whether it is to be said now */
  primaryShows(place: Place, key: string, who: Who): boolean {
    const entry = this.#show(place, key, who);
    if (!entry) {
      this.#add(place, key, who, undefined);
      return true;
    }
    return this.#held.said(entry) !== undefined;
  }

  /** A witness showed a line. @returns whether it is held (copied); else it is known */
  witnessShows(place: Place, key: string, who: Who, buf: Buffer, start: number, end: number): boolean {
    if (this.#show(place, key, who)) return false;
    this.#add(place, key, who, Buffer.from(buf.subarray(start, end)));
    return true;
  }

  /** The place among all lines of the one that `who` would show next with this key; `undefined`: nobody has shown it. */
  orderOf(place: Place, key: string, who: Who): number | undefined {
    const group = this.#groups.get(`${place.id} ${key}`);
    return group && nextOf(group, who, this.#isOver)?.order;
  }

  /** Takes out the held lines of a place which `who` has shown (all without `who`), in order; they count as said. */
  take(place: Place, who?: Who): HeldLine<Place, Who>[] {
    const taken: HeldLine<Place, Who>[] = [];
    for (const entry of this.#held.of(place) ?? []) {
      if (who !== undefined && !isPastFor(entry, who)) continue;
      const held = this.#held.said(entry);
      if (held) taken.push(held);
    }
    return taken;
  }

  /**
   * Takes out what the primary, about to show a line, has missed, in order: what was held before that line. For a server
   * says lines in one order, so that whoever showed more than the primary would have shown that line first.
   * @param knows whether one has been there long enough to have been shown all that the primary shows now
   */
  takeMissed(place: Place, key: string, primary: Who, knows: (by: Who) => boolean): readonly HeldLine<Place, Who>[] {
    const there = this.#held.of(place);
    if (!there) return [];
    const before = this.orderOf(place, key, primary) ?? Infinity;
    const missed: HeldLine<Place, Who>[] = [];
    for (const entry of there) {
      if (entry.order >= before) break;
      const held = knows(entry.by) ? this.#held.said(entry) : undefined;
      if (held) missed.push(held);
    }
    return missed;
  }

  /** `who` will not show those lines of a place any more which are past for it, by who showed them first and their order. */
  skip(place: Place, who: Who, isPast: (by: Who, order: number) => boolean): void {
    for (const group of this.#groups.values()) {
      if (group.place === place) mark(group, who, (entry, isBefore) => isBefore || isPast(entry.by, entry.order));
    }
  }

  /** `who` begins to show what `other` showed first in a place, from point `from` on. */
  rewind(place: Place, who: Who, other: Who, from: number): void {
    this.#reached.get(who)?.delete(other);
    for (const group of this.#groups.values()) {
      if (group.place !== place || !group.entries.some(({ by, order }) => by === other && order >= from)) continue;
      mark(group, who, (entry, isBefore) => (entry.by === other ? entry.order < from : isBefore));
    }
  }

  /** `who` is gone: it shows nothing more, while others may still show what it showed. */
  forget(who: Who): void {
    this.#reached.delete(who);
  }

  /** Ends the timer and forgets all. */
  stop(): void {
    this.#held.stop();
    this.#groups.clear();
    this.#queue = [];
    this.#head = this.#bytes = 0;
  }

  /** Counts one more showing; gives the line it is a copy of, if that is known. */
  #show(place: Place, key: string, who: Who): Entry<Place, Who> | undefined {
    this.#forget();
    const group = this.#groups.get(`${place.id} ${key}`);
    if (!group) return undefined;
    const entry = nextOf(group, who, this.#isOver);
    if (!entry) return undefined;
    pass(group, entry, who);
    if (entry.by !== who) this.#reach(who).set(entry.by, entry.order);
    return entry;
  }

  /**
   * Whether `who` must have shown a line, if ever: it has shown a later one of those which the same one showed first, and
   * servers that say lines in another order do so within the common lag.
   */
  readonly #isOver = (entry: Entry<Place, Who>, who: Who): boolean =>
    this.#needs.clock.elapsed() - entry.at > LAG_MS && (this.#reached.get(who)?.get(entry.by) ?? -1) > entry.order;

  #reach(who: Who): BoundedMap<Who, number> {
    const known = this.#reached.get(who);
    if (known) return known;
    const fresh = new BoundedMap<Who, number>(16);
    this.#reached.set(who, fresh);
    return fresh;
  }

  #add(place: Place, key: string, who: Who, line: Buffer | undefined): void {
    const name = `${place.id} ${key}`;
    let group = this.#groups.get(name);
    if (!group) {
      group = { key: name, place, entries: [], base: 0, next: new Map() };
      this.#groups.set(name, group);
    }
    const entry: Entry<Place, Who> = {
      group,
      order: this.#orders++,
      by: who,
      index: group.base + group.entries.length,
      at: this.#needs.clock.elapsed(),
      bytes: name.length + (line?.length ?? 0) + 100,
      held: line && { place, by: who, line },
      past: place.splits?.apartFrom(who),
    };
    group.entries.push(entry);
    pass(group, entry, who);
    this.#queue.push(entry);
    this.#bytes += entry.bytes;
    this.#held.add(entry);
    this.#forget();
  }

  #forget(): void {
    const old = this.#needs.clock.elapsed() - MEMORY_MS;
    for (;;) {
      const entry = this.#queue[this.#head];
      const over = this.#queue.length - this.#head > this.#mostEntries || this.#bytes > this.#mostBytes;
      if (!entry || (entry.at > old && !over)) break;
      this.#head++;
      this.#bytes -= entry.bytes;
      entry.group.entries.shift();
      entry.group.base++;
      if (entry.group.entries.length === 0) this.#groups.delete(entry.group.key);
      // Too many lines to keep: better said early than lost.
      const held = this.#held.said(entry);
      if (held) this.#needs.overdue(held);
    }
    if (this.#head > 1024) {
      this.#queue.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
