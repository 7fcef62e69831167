/** Wins a client's wished nick back when the server gave it another (RELIABILITY R11, R34, NICK-6). */

import type { Clock, Timer } from '../lib/clock.js';
import { backoff } from '../lib/backoff.js';
import type { Nick } from '../model/irc-names.js';
import { nickLine } from './lines.js';
import { alternativesTo, cutNick, isForcedId } from './nick-change.js';

const FIRST_MS = 15_000;
const MOST_MS = 600_000;

export interface NickKeeperNeeds {
  readonly clock: Clock;
  readonly wish: Nick;
  readonly nickLength: () => number | undefined;
  /** Whether two nicks are the same to the network. */
  same(one: string, other: string): boolean;
  /** Whether another connection of ours has or wants this nick. */
  isOurs(nick: string): boolean;
  write(line: string | undefined): void;
  /** In [0, 1). */
  readonly chance: () => number;
}

export class NickKeeper {
  readonly #needs: NickKeeperNeeds;
  #tries = 0;
  #timer: Timer | undefined;

  constructor(needs: NickKeeperNeeds) {
    this.#needs = needs;
  }

  /** The server told our nick (001, NICK). */
  is(nick: Nick): void {
    const { clock, wish, chance, nickLength } = this.#needs;
    this.#timer?.end();
    this.#timer = undefined;
    const wanted = cutNick(wish, nickLength());
    if (this.#needs.same(nick, wanted) || nick === wish) return;
    if (isForcedId(nick) && this.#tries === 0) {
      // A server's own id after a collision: nothing may be said under it, so another one at once.
      this.#tries++;
      const [other] = alternativesTo(wish, nickLength(), (taken) => this.#needs.isOurs(taken));
      this.#needs.write(other === undefined ? undefined : nickLine(other));
    }
    // At least the full wait: several servers take few changes of nick in a minute (IRC-SERVERS §6).
    const wait = FIRST_MS / 2 + backoff(this.#tries++, FIRST_MS, MOST_MS, chance());
    this.#timer = clock.after(wait, () => {
      if (!this.#needs.isOurs(wanted)) this.#needs.write(nickLine(wanted));
      this.is(nick);
    });
  }

  end(): void {
    this.#timer?.end();
  }
}
