/** Asks NickServ for one's own nick that somebody else holds, by what it calls that: REGAIN, GHOST, RECOVER (NICK-5). */

import type { Clock, Timer } from '../lib/clock.js';
import type { Nick } from '../model/irc-names.js';
import { sayLine } from './wire/lines.js';

/** Who is asked; no password is ever said to him, so it does no harm where somebody only calls himself so. */
const SERVICE = 'NickServ';
/** How long a command is given to do its work, and the server to give the nick that it has made free. */
const WORK_MS = 5_000;
const GIVE_MS = 2_000;

export interface NickClaimNeeds {
  readonly clock: Clock;
  /** `ircClients.regainNick`: the commands in the order in which they are tried. */
  readonly commands: readonly string[];
  /** The account that the server has let us into: without one NickServ would say no. */
  account(): string | undefined;
  write(line: string | undefined): void;
  /** Asks the server for the nick: a command may have made it free. */
  ask(): void;
}

export class NickClaim {
  readonly #needs: NickClaimNeeds;
  #timer: Timer | undefined;
  /** Asked for already: somebody whom NickServ refuses is not to be told so again and again. */
  #claimed = false;

  constructor(needs: NickClaimNeeds) {
    this.#needs = needs;
  }

  /** Somebody else has the nick: claims it, once until `over`. */
  claim(nick: Nick): void {
    if (this.#claimed || this.#needs.account() === undefined) return;
    this.#claimed = true;
    this.#try(nick, [...this.#needs.commands]);
  }

  /** The nick is ours, or another is wanted, or the connection is gone. */
  over(): void {
    this.#timer?.end();
    this.#claimed = false;
  }

  #try(nick: Nick, [command, ...others]: readonly string[]): void {
    if (command === undefined) return;
    this.#needs.write(sayLine('say', SERVICE, `${command} ${nick}`));
    const { clock } = this.#needs;
    this.#timer = clock.after(WORK_MS, () => {
      this.#needs.ask();
      this.#timer = clock.after(GIVE_MS, () => this.#try(nick, others));
    });
  }
}
