/**
 * Which nicks are ours in what one of us is shown: a change of nick reaches our connections one after another, and
 * whoever speaks under the old or the new one in between is known by the order of the lines alone (RELIABILITY S4).
 */

import type { Clock } from '../../lib/clock.js';
import type { Folded } from '../../model/irc-names.js';

/** How long a change may be on its way to the others, in ms. */
const LAG_MS = 10_000;

interface Change<Who> {
  readonly who: Who;
  readonly from: Folded;
  readonly to: Folded;
  /** Monotonic ms. */
  readonly at: number;
  /** Whether the client's own connection has shown it, so that all of the bridge counts with it. */
  own: boolean;
  readonly shownTo: Set<Who>;
}

export interface OwnNicksNeeds<Who> {
  readonly clock: Clock;
  fold(nick: string): Folded;
  /** Whether a nick is that of a client of ours, by their own connections. */
  isOwn(nick: string): boolean;
  /** The one of us who has a nick, by its own connection. */
  whoHas(nick: Folded): Who | undefined;
}

export class OwnNicks<Who> {
  readonly #needs: OwnNicksNeeds<Who>;
  #changes: Change<Who>[] = [];

  constructor(needs: OwnNicksNeeds<Who>) {
    this.#needs = needs;
  }

  /**
   * Whether whoever has a nick in what `me` is shown now is one of us.
   * @param sinceOf when one of us came into the channel, monotonic ms; `undefined`: not in it
   */
  isOurTalk(me: Who, nick: string, sinceOf: (who: Who) => number | undefined): boolean {
    if (nick === '') return false;
    // Whoever came in only just now may never be shown the change; then our own connections are believed.
    const settled = (who: Who, at: number): boolean => (sinceOf(who) ?? Infinity) < at - LAG_MS;
    const held = this.#changes.length === 0 ? undefined : this.#holder(me, this.#needs.fold(nick), (who, at) => settled(who, at) && settled(me, at));
    return held === undefined ? this.#needs.isOwn(nick) : held.who !== undefined;
  }

  /** `me` was shown a change of nick, of whomever. */
  saw(me: Who, from: string, to: string): void {
    if (this.#changes.length === 0 && !this.#needs.isOwn(from)) return;
    const [before, after] = [this.#needs.fold(from), this.#needs.fold(to)];
    const who = (this.#holder(me, before, () => true) ?? { who: this.#needs.whoHas(before) }).who;
    if (who !== undefined && who !== me) this.#shown(me, who, before, after);
  }

  /** The connection of `who` was told of its change of nick. */
  renamed(who: Who, from: Folded, to: Folded): void {
    if (from === to || from === '') return;
    this.#forget();
    const early = this.#changes.find((change) => change.who === who && !change.own && change.from === from && change.to === to);
    if (early) early.own = true;
    else this.#changes.push({ who, from, to, at: this.#needs.clock.elapsed(), own: true, shownTo: new Set([who]) });
  }

  #shown(me: Who, who: Who, from: Folded, to: Folded): void {
    this.#forget();
    const known = this.#changes.find((change) => change.who === who && !change.shownTo.has(me) && change.from === from && change.to === to);
    if (known) known.shownTo.add(me);
    else this.#changes.push({ who, from, to, at: this.#needs.clock.elapsed(), own: false, shownTo: new Set([me]) });
  }

  /**
   * Who of ours has a nick in what `me` is shown now; `undefined`: no change is on its way that concerns it.
   * @param counts whether a change of `who` at that time will be shown to `me` for certain
   */
  #holder(me: Who, nick: Folded, counts: (who: Who, at: number) => boolean): { readonly who: Who | undefined } | undefined {
    this.#forget();
    let concerned = false;
    for (const who of new Set(this.#changes.map((change) => change.who))) {
      const mine = this.#changes.filter((change) => change.who === who && counts(who, change.at));
      const first = mine[0];
      if (!first) continue;
      // What `me` was not shown yet has not happened for it, and what only it was shown has.
      const shown = mine.findLast(({ shownTo }) => shownTo.has(me));
      const now = mine.find(({ shownTo, own }) => own && !shownTo.has(me))?.from ?? shown?.to ?? first.from;
      if (now === nick) return { who };
      concerned ||= mine.some(({ from, to }) => from === nick || to === nick);
    }
    return concerned ? { who: undefined } : undefined;
  }

  #forget(): void {
    const old = this.#needs.clock.elapsed() - LAG_MS;
    if (this.#changes.some(({ at }) => at <= old)) this.#changes = this.#changes.filter(({ at }) => at > old);
  }
}
