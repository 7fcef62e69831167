/** Who of us hears one channel: the primary, whose lines count, its witnesses, and the rest. */

import type { Folded } from '../model/irc-names.js';
import { BoundedMap } from '../lib/bounded-map.js';
import { MEMORY_MS } from './witness.js';

/** Listeners whose lines are looked at: the primary and up to two witnesses, so that one loss never finds us without. */
const MOST_WATCHED = 3;

/** One of our clients as the line filter knows it. */
export interface Listener<C> {
  readonly client: C;
  /** Whether it is the bot, which is preferred as primary. */
  readonly preferred: boolean;
  /** Its nick's bytes; empty before registration. */
  nick: Uint8Array;
  folded: Folded;
  /** In how many channels it is primary. */
  primaries: number;
  readonly audiences: Set<Audience<C>>;
}

interface Membership {
  /** Monotonic ms of its join. */
  readonly since: number;
  /** The ledger's end at its join. */
  readonly point: number;
  /** Until then it is not trusted, for it failed to show a line. */
  suspectUntil: number;
}

/** One channel. `watched[0]` is the primary. */
export class Audience<C> {
  readonly id: number;
  /** As first written. */
  readonly name: string;
  folded: Folded;
  readonly members = new Map<Listener<C>, Membership>();
  /** Points of the ledger at which watched members showed the JOIN of one of us, by that one's folded nick. */
  readonly marks = new BoundedMap<Folded, Map<Listener<C>, number>>(256);
  #watched: Listener<C>[] = [];
  #changedAt = 0;

  constructor(id: number, name: string, folded: Folded) {
    this.id = id;
    this.name = name;
    this.folded = folded;
  }

  get primary(): Listener<C> | undefined {
    return this.#watched[0];
  }

  /** The primary and its witnesses. */
  get watched(): readonly Listener<C>[] {
    return this.#watched;
  }

  /** Whether lines heard by `who` are looked at. */
  watches(who: Listener<C>): boolean {
    return this.#watched.includes(who);
  }

  /** Whether a line must be remembered: somebody else shows it too, did so or is about to. */
  isShared(now: number): boolean {
    return this.members.size > 1 || this.marks.size > 0 || now - this.#changedAt < MEMORY_MS;
  }

  /**
   * Adds a member; the first becomes primary, the next two witnesses. A preferred one is watched at once.
   * @param point the ledger's end
   */
  add(who: Listener<C>, now: number, point: number): void {
    this.members.set(who, { since: now, point, suspectUntil: 0 });
    this.#changedAt = now;
    who.audiences.add(this);
    if (this.#watched.length < MOST_WATCHED) this.#watch([...this.#watched, who]);
    else if (who.preferred) this.watch(who);
  }

  /** Makes a member a witness, in place of the last one. */
  watch(who: Listener<C>): void {
    this.#watch([...this.#watched.filter((one) => one !== who).slice(0, MOST_WATCHED - 1), who]);
  }

  /** Takes a member out; a witness follows a primary. */
  remove(who: Listener<C>, now: number): void {
    this.members.delete(who);
    this.#changedAt = now;
    who.audiences.delete(this);
    if (this.watches(who)) this.#fill(now, this.#watched.filter((one) => one !== who));
  }

  /** Makes `who` primary in place of one that failed, which goes last and is not trusted until `suspectUntil`. */
  replaceBy(who: Listener<C>, now: number, suspectUntil: number): void {
    const failed = this.primary;
    const membership = failed && this.members.get(failed);
    if (membership) membership.suspectUntil = suspectUntil;
    this.#fill(now, [who, ...this.#watched.filter((one) => one !== who && one !== failed)]);
  }

  /** Makes a watched member primary; the one before stays a witness. */
  promote(who: Listener<C>): void {
    this.#watch([who, ...this.#watched.filter((one) => one !== who)]);
  }

  /** Whether `who` is in the channel and is trusted. */
  trusts(who: Listener<C>, now: number): boolean {
    const membership = this.members.get(who);
    return membership !== undefined && membership.suspectUntil <= now;
  }

  /** The member with that nick. */
  memberNamed(nick: Folded): Listener<C> | undefined {
    for (const member of this.members.keys()) if (member.folded === nick) return member;
    return undefined;
  }

  /** When `who` came in. */
  joinOf(who: Listener<C>): Pick<Membership, 'since' | 'point'> | undefined {
    return this.members.get(who);
  }

  /** Adds the longest-present members, trusted ones first, until enough are watched. */
  #fill(now: number, kept: readonly Listener<C>[]): void {
    const watched = [...kept];
    for (const trusted of [true, false]) {
      for (const member of this.members.keys()) {
        if (watched.length >= MOST_WATCHED) break;
        if (this.trusts(member, now) === trusted && !watched.includes(member)) watched.push(member);
      }
    }
    // A suspect leads only where there is nobody else.
    const lead = watched.find((one) => this.trusts(one, now)) ?? watched[0];
    this.#watch(lead ? [lead, ...watched.filter((one) => one !== lead)] : []);
  }

  #watch(watched: Listener<C>[]): void {
    const before = this.primary;
    this.#watched = watched;
    if (before === this.primary) return;
    if (before) before.primaries--;
    if (this.primary) this.primary.primaries++;
  }
}
