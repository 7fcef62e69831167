/** Who of us hears one channel: the primary, whose lines count, its witnesses, and the rest. */

import type { Folded } from '../../model/irc-names.js';
import { BoundedMap } from '../../lib/bounded-map.js';
import { likeBytes, sameBytes } from '../wire/byte-map.js';
import { Splits } from './splits.js';
import { MEMORY_MS } from './witness.js';

/** A primary and a witness: those a channel needs, so that one of them must hear again if it is deaf. */
const LEAST_WATCHED = 2;
/** One more is looked at where it hears anyway, so that a second loss does not find us with one. */
const MOST_WATCHED = 3;
/** Those of the longest present who may be chosen next: as many losses at once find us with somebody who is up to date. */
const NEAR = 8;

/** One of our clients as the line filter knows it. */
export interface Listener<C> {
  readonly client: C;
  /** Whether it is the bot, which is preferred as primary. */
  readonly preferred: boolean;
  /** Its nick's bytes; empty before registration. */
  nick: Uint8Array;
  folded: Folded;
  /** False while the server shows it no talk: it is deaf, or not yet known to hear again. */
  hears: boolean;
  /** The ledger's end when it was asked to hear again. */
  askedAt: number;
  /** Monotonic ms since when it hears. */
  hearsSince: number;
  /** Where it hears again and has shown nothing yet. */
  readonly unplaced: Set<Audience<C>>;
  /** In how many channels it is primary. */
  primaries: number;
  /** In how many it is watched. */
  watchedIn: number;
  readonly audiences: Set<Audience<C>>;
}

/** A listener nobody knows anything about yet. */
export function freshListener<C>(client: C, preferred: boolean, folded: Folded): Listener<C> {
  const state = { hears: true, askedAt: 0, hearsSince: 0, primaries: 0, watchedIn: 0 };
  const places = { audiences: new Set<Audience<C>>(), unplaced: new Set<Audience<C>>() };
  return { client, preferred, nick: Buffer.alloc(0), folded, ...state, ...places };
}

/** Whether `buf[from, to)` is the nick of a listener, by the network's way to fold. */
export function hasNick<C>(who: Listener<C>, buf: Buffer, from: number, to: number, fold: (name: string) => Folded): boolean {
  if (sameBytes(who.nick, buf, from, to)) return to > from;
  return likeBytes(who.nick, buf, from, to) && who.folded === fold(buf.toString('utf8', from, to));
}

interface Membership {
  /** Monotonic ms of its join. */
  readonly since: number;
  /** The ledger's end at its join. */
  readonly point: number;
  /** Until then it is not trusted, for it failed to show a line. */
  suspectUntil: number;
}

/** One channel. The primary is the first of those chosen to be watched that hears; the first of them where none does. */
export class Audience<C> {
  readonly id: number;
  /** As first written. */
  readonly name: string;
  folded: Folded;
  readonly members = new Map<Listener<C>, Membership>();
  /** Points of the ledger at which watched members showed the JOIN of one of us, by that one's folded nick. */
  readonly marks = new BoundedMap<Folded, Map<Listener<C>, number>>(256);
  /** Which of those watched are apart by a netsplit. */
  readonly splits = new Splits<Listener<C>>();
  /** Until then, in monotonic ms, the primary's lines are held too. */
  waitsUntil = 0;
  #watched: Listener<C>[] = [];
  #primary: Listener<C> | undefined;
  #changedAt = 0;

  constructor(id: number, name: string, folded: Folded) {
    this.id = id;
    this.name = name;
    this.folded = folded;
  }

  get primary(): Listener<C> | undefined {
    return this.#primary;
  }

  /** The primary and its witnesses, those included that are still to hear again. */
  get watched(): readonly Listener<C>[] {
    return this.#watched;
  }

  /** Whether lines heard by `who` are looked at. */
  watches(who: Listener<C>): boolean {
    return who === this.#primary || (who.hears && this.#watched.includes(who));
  }

  /** Whether a member was chosen to be watched, so that it must hear. */
  needs(who: Listener<C>): boolean {
    return this.#watched.includes(who);
  }

  /** Whether a member was chosen to be watched, or is among the next to be. */
  isNear(who: Listener<C>): boolean {
    if (this.needs(who)) return true;
    let place = 0;
    for (const member of this.members.keys()) {
      if (member === who) return true;
      if (++place === NEAR) break;
    }
    return false;
  }

  /** Whether one of those chosen hears: the primary has changed. Call when that has changed. */
  heed(): void {
    this.#watch(this.#watched);
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
    const waiting = this.#watched.filter((one) => !one.hears);
    // One that hears makes a deaf one needless that was to hear again.
    if (who.hears && waiting.length > 0) {
      this.#watch([...this.#watched.filter((one) => one.hears), who, ...waiting].slice(0, LEAST_WATCHED));
    } else if (this.#watched.length < (who.hears ? MOST_WATCHED : LEAST_WATCHED)) this.#watch([...this.#watched, who]);
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
    who.unplaced.delete(this);
    this.splits.forget(who);
    if (this.needs(who)) this.#fill(now, this.#watched.filter((one) => one !== who));
  }

  /** Makes `who` primary in place of one that failed, which goes last and is not trusted until `suspectUntil`. */
  replaceBy(who: Listener<C>, now: number, suspectUntil: number): void {
    const failed = this.primary;
    const membership = failed && this.members.get(failed);
    if (membership) membership.suspectUntil = suspectUntil;
    this.#fill(now, [who, ...this.#watched.filter((one) => one !== who && one !== failed)]);
  }

  /** Makes a watched member primary; the one before stays a witness, a third where nobody is deaf. */
  promote(who: Listener<C>): void {
    const watched = [who, ...this.#watched.filter((one) => one !== who)];
    const spare = [...this.members.keys()].some((member) => !member.hears);
    this.#watch(spare ? watched.slice(0, LEAST_WATCHED) : watched);
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

  /**
   * Adds members until enough are watched: trusted ones first, of these such as hear, of these the longest present. The
   * deaf only where they are needed.
   */
  #fill(now: number, kept: readonly Listener<C>[]): void {
    const watched = [...kept];
    const take = (most: number, fits: (member: Listener<C>) => boolean): void => {
      if (watched.length >= most) return;
      for (const member of this.members.keys()) {
        if (fits(member) && !watched.includes(member) && watched.push(member) >= most) return;
      }
    };
    take(MOST_WATCHED, (member) => member.hears && this.trusts(member, now));
    take(LEAST_WATCHED, (member) => this.trusts(member, now));
    take(MOST_WATCHED, (member) => member.hears);
    take(LEAST_WATCHED, () => true);
    // A suspect leads only where there is nobody else.
    const lead = watched.find((one) => this.trusts(one, now)) ?? watched[0];
    this.#watch(lead ? [lead, ...watched.filter((one) => one !== lead)] : []);
  }

  #watch(watched: Listener<C>[]): void {
    const before = this.#primary;
    for (const one of this.#watched) one.watchedIn--;
    for (const one of watched) one.watchedIn++;
    this.#watched = watched;
    this.#primary = watched.find((one) => one.hears) ?? watched[0];
    if (before === this.#primary) return;
    if (before) before.primaries--;
    if (this.#primary) this.#primary.primaries++;
  }
}
