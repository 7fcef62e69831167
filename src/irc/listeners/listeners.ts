/** Which client of ours counts in which channel: each line is said once, and none is lost with a connection. */

import type { Clock } from '../../lib/clock.js';
import type { Folded } from '../../model/irc-names.js';
import { freshListener, hasNick, type Audience, type Listener } from './audience.js';
import { Audiences } from './audiences.js';
import { Hearing } from './hearing.js';
import { judgeLine, type Ground, type LineVerdict } from './line-filter.js';
import { latin1, peek, Peek, talkKey } from '../wire/line.js';
import { Once } from './once.js';
import { OwnNicks } from './own-nicks.js';
import { Promotions, SETTLE_MS } from './promotions.js';
import { Talk } from './talk.js';
import type { HeldLine } from './held-lines.js';
import { LAG_MS, Ledger } from './witness.js';

export interface ListenersNeeds<C> {
  readonly clock: Clock;
  /** Folds by the CASEMAPPING now in force; call `rekey` when that changes. */
  readonly fold: (name: string) => Folded;
  /** Whether a nick is one of our own clients' (by the connections we hold). */
  readonly isOwn: (nick: string) => boolean;
  /** Whether a client is the bot, which is primary wherever it is. */
  readonly isBot: (client: C) => boolean;
  /** Told when `listens` may say something else of a client: it is to be deaf, or to hear again. */
  readonly needed?: (client: C) => void;
}

/** How long a client that failed to show a line is not made primary, in ms. */
export const SUSPECT_MS = 300_000;

/**
 * One network's listeners. `C` is whatever names a connection (compared by identity); a client that is not known here
 * hears everything. Tell it of joins and losses in the tick in which they are read.
 */
export class Listeners<C> {
  readonly #needs: ListenersNeeds<C>;
  readonly #listeners = new Map<C, Listener<C>>();
  readonly #audiences: Audiences<C>;
  readonly #peek = new Peek();
  readonly #ledger: Ledger<Audience<C>, Listener<C>>;
  readonly #toStatus: Once<Listener<C>>;
  readonly #promotions: Promotions<C>;
  readonly #hearing: Hearing<C>;
  readonly #talk: Talk<C>;
  readonly #nicks: OwnNicks<Listener<C>>;
  readonly #onRelease: ((client: C, line: Buffer) => void)[] = [];
  readonly #onPrimary: ((channel: string, client: C) => void)[] = [];
  readonly #ground: Ground<C>;

  constructor(needs: ListenersNeeds<C>) {
    this.#needs = needs;
    this.#audiences = new Audiences(needs.fold);
    this.#toStatus = new Once(needs.clock);
    this.#nicks = new OwnNicks({ ...needs, whoHas: (nick) => [...this.#listeners.values()].find(({ folded }) => folded === nick) });
    this.#ledger = new Ledger({ clock: needs.clock, overdue: (held) => this.#overdue(held) });
    this.#promotions = new Promotions(needs.clock, (audience, change) => this.#changing(audience, change));
    this.#hearing = new Hearing(needs.clock, this.#ledger, (audience, before) => this.#changed(audience, before));
    this.#talk = new Talk(needs.clock, this.#ledger, this.#hearing, (held) => this.#release(held));
    this.#ground = {
      audienceOf: (buf, from, to) => this.#audiences.of(buf, from, to),
      isSelf: (me, buf, from, to) => hasNick(me, buf, from, to, needs.fold),
      isOurs: (buf, from, to) => to > from && needs.isOwn(buf.toString('utf8', from, to)),
      isOurTalk: (me, audience, buf, from, to) =>
        this.#nicks.isOurTalk(me, buf.toString('utf8', from, to), (who) => audience.joinOf(who)?.since),
      sawNick: (me, buf, line) => this.#nicks.saw(me, buf.toString('utf8', line.nick, line.nickEnd), buf.toString('utf8', line.target, line.targetEnd)),
      heard: (me, audience, buf, start, line) => this.#talk.judge(me, audience, buf, start, line),
      first: (me, audience, buf, line) =>
        this.#toStatus.first(me, `${audience.id} ${latin1(buf, line.target, line.targetEnd)} ${talkKey(buf, line)}`),
      sawJoin: (me, audience, buf, line) => this.#talk.sawJoin(me, audience, needs.fold(buf.toString('utf8', line.nick, line.nickEnd))),
      sawQuit: (me, buf, line) => this.#talk.sawQuit(me, needs.fold(buf.toString('utf8', line.nick, line.nickEnd))),
    };
  }

  /** Told of each line that is said after all, with a client that may parse it; it may just have gone: parse all the same. */
  onRelease(listener: (client: C, line: Buffer) => void): void {
    this.#onRelease.push(listener);
  }

  /** Told when another client became a channel's primary: a good moment to ask for its NAMES. */
  onPrimary(listener: (channel: string, client: C) => void): void {
    this.#onPrimary.push(listener);
  }

  /**
   * What a client hears of talk: none from now on; soon again, for it is being asked of the server (what others have
   * shown by now it never shows); or all from here on.
   */
  hears(client: C, how: 'no' | 'soon' | 'yes'): void {
    const who = this.#listener(client);
    if (how === 'soon') who.askedAt = this.#ledger.end;
    else this.#hearing.set(who, how === 'yes');
  }

  /** A client registered, or its nick changed. */
  setOwnNick(client: C, nick: string): void {
    const who = this.#listener(client);
    const before = who.folded;
    who.nick = Buffer.from(nick);
    who.folded = this.#needs.fold(nick);
    if (who.audiences.size > 0) this.#nicks.renamed(who, before, who.folded);
  }

  /** The client's own JOIN was read. Harmless when it is in already. */
  joined(client: C, channel: string): void {
    const who = this.#listener(client);
    const audience = this.#audiences.findOrMake(channel);
    if (audience.members.has(who)) return;
    const now = this.#needs.clock.elapsed();
    const marks = audience.marks.get(who.folded);
    audience.marks.delete(who.folded);
    this.#changing(audience, () => audience.add(who, now, this.#ledger.end));
    // What another showed before it showed this JOIN, or before now if it lags behind, the newcomer never shows.
    if (who.hears) this.#ledger.skip(audience, who, (by, order) => order < (marks?.get(by) ?? Infinity));
    if (audience.primary !== who && who.preferred) this.#promotions.after(audience, who, SETTLE_MS);
  }

  /** The client left a channel or was put out of it. */
  left(client: C, channel: string): void {
    const who = this.#listeners.get(client);
    const audience = this.#audiences.find(channel);
    if (who && audience) this.#remove(who, audience);
  }

  /** The client's connection is lost: what only it had heard is released, others take over. */
  gone(client: C): void {
    const who = this.#listeners.get(client);
    if (!who) return;
    for (const audience of [...who.audiences]) this.#remove(who, audience);
    this.#hearing.forget(who);
    this.#ledger.forget(who);
    this.#listeners.delete(client);
  }

  /** What is to be done with the line `buf[start, end)` that `client` read; asked before decoding, once for each line. */
  verdict(client: C, buf: Buffer, start: number, end: number): LineVerdict {
    const me = this.#listeners.get(client);
    return me ? judgeLine(this.#ground, me, buf, start, peek(buf, start, end, this.#peek)) : 'pass';
  }

  /** The client whose lines count in a channel. */
  primaryOf(channel: string): C | undefined {
    return this.#audiences.find(channel)?.primary?.client;
  }

  /** Whether a client is primary or witness anywhere, or in `channel`: such a one must not be deaf. */
  listens(client: C, channel?: string): boolean {
    const who = this.#listeners.get(client);
    if (!who) return false;
    if (channel !== undefined) return this.#audiences.find(channel)?.needs(who) === true;
    for (const audience of who.audiences) if (audience.needs(who)) return true;
    return false;
  }

  /** Whether a client listens anywhere or is among the next to: such a one must read at once what it is sent. */
  isNear(client: C): boolean {
    const who = this.#listeners.get(client);
    if (!who) return true;
    for (const audience of who.audiences) if (audience.isNear(who)) return true;
    return false;
  }

  /** CASEMAPPING changed: all names are folded anew. */
  rekey(): void {
    for (const who of this.#listeners.values()) who.folded = this.#needs.fold(Buffer.from(who.nick).toString());
    for (const [audience, same] of this.#audiences.rekey()) {
      for (const who of [...audience.members.keys()]) {
        this.#remove(who, audience);
        if (!same.members.has(who)) this.#changing(same, () => same.add(who, this.#needs.clock.elapsed(), this.#ledger.end));
      }
    }
  }

  /** Ends all timers. Nothing is released any more. */
  stop(): void {
    this.#promotions.stop();
    this.#hearing.stop();
    this.#ledger.stop();
  }

  /** A witness showed what the primary did not: it takes the primary's place, and what it holds is said. */
  #overdue(held: HeldLine<Audience<C>, Listener<C>>): void {
    this.#release(held);
    const audience = held.place;
    const failed = audience.primary;
    if (failed === held.by || !audience.watches(held.by)) return;
    const now = this.#needs.clock.elapsed();
    this.#changing(audience, () => audience.replaceBy(held.by, now, now + SUSPECT_MS));
    if (failed?.preferred === true) this.#promotions.after(audience, failed, SUSPECT_MS);
  }

  #release(held: HeldLine<Audience<C>, Listener<C>>, last = held.by): void {
    const to = this.#listeners.has(held.by.client) ? held.by : (held.place.primary ?? last);
    for (const listener of this.#onRelease) listener(to.client, held.line);
  }

  #remove(who: Listener<C>, audience: Audience<C>): void {
    if (!audience.members.has(who)) return;
    audience.marks.delete(who.folded);
    this.#changing(audience, () => audience.remove(who, this.#needs.clock.elapsed()));
    if (audience.members.size > 0) return;
    for (const held of this.#ledger.take(audience)) this.#release(held, who);
    this.#promotions.forget(audience);
    this.#audiences.drop(audience);
  }

  /** Does a change; when it makes another client primary, what that one had to hold is said at once, in order (R20). */
  #changing(audience: Audience<C>, change: () => void): void {
    const before = audience.primary;
    const { watched } = audience;
    change();
    for (const fresh of audience.watched) {
      // Nobody counted what it showed so far; what is older than common lag it will have shown.
      const shown = this.#ledger.pointAt(this.#needs.clock.elapsed() - LAG_MS);
      if (!watched.includes(fresh)) this.#ledger.skip(audience, fresh, (_by, order) => order < shown);
    }
    this.#changed(audience, before);
    for (const who of new Set([...watched, ...audience.watched])) {
      if (watched.includes(who) === audience.needs(who)) continue;
      // Nobody looks at what it shows of the others' JOINs from here on.
      if (!audience.needs(who)) audience.splits.unwatched(who);
      this.#needs.needed?.(who.client);
    }
  }

  #changed(audience: Audience<C>, before: Listener<C> | undefined): void {
    const after = audience.primary;
    if (!after || after === before) return;
    // It was the one before that had to wait for others.
    audience.waitsUntil = 0;
    for (const held of this.#ledger.take(audience, after)) this.#release(held);
    for (const listener of this.#onPrimary) listener(audience.name, after.client);
  }

  #listener(client: C): Listener<C> {
    const known = this.#listeners.get(client);
    if (known) return known;
    const fresh = freshListener(client, this.#needs.isBot(client), this.#needs.fold(''));
    this.#listeners.set(client, fresh);
    return fresh;
  }
}
