/** Who a client is to the others: its mask as the server shows it, and the nick it wants back (RELIABILITY R11, R34, NICK-5, NICK-6). */

import { within, type Clock, type Timer } from '../lib/clock.js';
import { backoff } from '../lib/backoff.js';
import type { Hostmask, Nick } from '../model/irc-names.js';
import { refused, type Outcome } from '../model/refusal.js';
import type { How } from '../model/utterance.js';
import { NickClaim, type NickClaimNeeds } from './nick-claim.js';
import { NickWatch } from './nick-watch.js';
import type { ServerFacts } from './server-facts.js';
import { nickLine } from './wire/lines.js';
import { alternativesTo, cutNick, isForcedId } from './connection/nick-change.js';
import { textBudget } from './wire/own-mask.js';

const FIRST_MS = 15_000;
const MOST_MS = 600_000;

export interface IdentityNeeds {
  readonly clock: Clock;
  readonly wish: Nick;
  /** The user name asked for, as long as the server has not shown the real one. */
  readonly ident: string;
  readonly facts: Pick<ServerFacts, 'nickLength' | 'monitors' | 'lineBytes'>;
  /** What NickServ is asked for, and the account that the server has let us into (NICK-5). */
  readonly regain: Pick<NickClaimNeeds, 'commands' | 'account'>;
  /** Whether two nicks are the same to the network. */
  same(one: string, other: string): boolean;
  /** Whether another connection of ours has or wants this nick. */
  isOurs(nick: string): boolean;
  write(line: string | undefined): void;
  /** In [0, 1). */
  readonly chance: () => number;
}

/** Between two ways out of a server's id. */
const FORCED_MS = 5_000;
/** Between two tries at a nick that has become free. */
const GRAB_MS = 2_000;
/** How long a nick is waited for before anything is said. */
const NAMELESS_MS = 60_000;

export class Identity {
  readonly #needs: IdentityNeeds;
  #mask: Hostmask;
  #wish: Nick;
  #tries = 0;
  /** Since when it has the nick it wants, and when it last had to leave a server's id. */
  #heldSince: number | undefined;
  #forcedAt = -Infinity;
  /** Who waits for a nick of our own. */
  #nameless: (() => void)[] = [];
  #timer: Timer | undefined;
  #grabbedAt = -Infinity;
  readonly #watch: NickWatch;
  readonly #claim: NickClaim;

  constructor(needs: IdentityNeeds) {
    const { clock, facts, regain } = needs;
    this.#needs = needs;
    const write = (line: string | undefined): void => needs.write(line);
    const same = (one: string, other: string): boolean => needs.same(one, other);
    this.#watch = new NickWatch({ clock, write, same, monitors: () => facts.monitors, free: () => this.#grab() });
    this.#claim = new NickClaim({ clock, write, ...regain, ask: () => this.#ask() });
    this.#wish = needs.wish;
    this.#mask = { nick: needs.wish };
  }

  /** The nick it wants to have. */
  get wish(): Nick {
    return this.#wish;
  }

  /** Another nick is wanted from now on; the server has given it already. */
  want(nick: Nick): void {
    this.#wish = nick;
    this.#tries = 0;
    this.#claim.over();
    this.#is(this.nick);
  }

  /** The nick the server told last, the wish before. */
  get nick(): Nick {
    return this.#mask.nick;
  }

  /** Bytes of text that fit a line to `target` as the others get it. */
  budget(target: string, how: How): number {
    return textBudget(this.#mask, this.#needs.ident, target, how, this.#needs.facts.lineBytes);
  }

  /** A new connection: user and host are to be learnt anew. */
  isNew(nick: Nick): void {
    this.#mask = { nick };
    this.#watch.lose();
    this.#claim.over();
    this.#is(nick);
  }

  /** The server showed some of the mask (own JOIN, 396, CHGHOST, NICK). */
  shown(mask: Partial<Hostmask>): void {
    this.#mask = { ...this.#mask, ...mask };
    if (mask.nick !== undefined) this.#is(mask.nick);
  }

  end(): void {
    this.#timer?.end();
    this.#watch.lose();
    this.#claim.over();
  }

  /** @returns whether a numeric was an answer to a question of its own */
  onNumeric(numeric: string, params: readonly string[]): boolean {
    return this.#watch.onNumeric(numeric, params);
  }

  /** Says something once we have a nick of our own, never under an id that the server gave us (R11). */
  async whenNamed(say: () => Promise<Outcome>): Promise<Outcome> {
    if (isForcedId(this.nick)) {
      const named = new Promise<void>((resolve) => this.#nameless.push(resolve));
      const inTime = await within(this.#needs.clock, NAMELESS_MS, named.then(() => true), () => false);
      if (!inTime) return refused('nick-taken', 'The IRC network has given you no proper nick.');
    }
    return say();
  }

  #is(nick: Nick): void {
    const { clock, chance } = this.#needs;
    const { nickLength } = this.#needs.facts;
    const wish = this.#wish;
    if (!isForcedId(nick)) for (const named of this.#nameless.splice(0)) named();
    this.#timer?.end();
    this.#timer = undefined;
    const wanted = cutNick(wish, nickLength);
    const now = clock.elapsed();
    if (this.#needs.same(nick, wanted) || nick === wish) {
      this.#heldSince ??= now;
      this.#watch.stop();
      this.#claim.over();
      return;
    }
    // Who takes it away again and again is not fought each time as if it were the first.
    if (this.#heldSince !== undefined && now - this.#heldSince >= MOST_MS) this.#tries = 0;
    this.#heldSince = undefined;
    if (isForcedId(nick) && now - this.#forcedAt >= FORCED_MS) {
      // A server's own id after a collision: nothing may be said under it, so another one at once.
      this.#forcedAt = now;
      const [other] = alternativesTo(wish, nickLength, (taken) => this.#needs.isOurs(taken));
      this.#needs.write(other === undefined ? undefined : nickLine(other));
    }
    // At least the full wait: several servers take few changes of nick in a minute (IRC-SERVERS §6).
    const wait = FIRST_MS / 2 + backoff(this.#tries++, FIRST_MS, MOST_MS, chance());
    this.#timer = clock.after(wait, () => {
      this.#ask();
      this.#is(nick);
    });
    // Of two clients of ours that want one nick the other keeps it.
    if (this.#needs.isOurs(wanted)) return;
    this.#watch.watch(wanted);
    this.#claim.claim(wanted);
  }

  /** Asks the server for the nick it wants, unless it has it, or another of ours does. */
  #ask(): void {
    const wanted = cutNick(this.#wish, this.#needs.facts.nickLength);
    if (!this.#needs.same(this.nick, wanted) && !this.#needs.isOurs(wanted)) this.#needs.write(nickLine(wanted));
  }

  /** The nick it wants is free: takes it at once, before others do. */
  #grab(): void {
    const now = this.#needs.clock.elapsed();
    if (now - this.#grabbedAt < GRAB_MS) return;
    this.#grabbedAt = now;
    this.#ask();
  }
}
