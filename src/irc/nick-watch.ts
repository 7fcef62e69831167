/** Learns at once when a wished nick becomes free: by MONITOR (IRCv3) where the server has it, else by ISON (NICK-5). */

import type { Clock, Timer } from '../lib/clock.js';
import type { Nick } from '../model/irc-names.js';
import { isonLine, monitorLine } from './wire/lines.js';

/** After 001, so that the server has said in 005 what it can; and a nick that comes right back needs no watch. */
const FIRST_MS = 5_000;
/** Between two ISON: the cheapest of questions, which no server counts as a change of nick. */
const ASK_MS = 30_000;

export interface NickWatchNeeds {
  readonly clock: Clock;
  write(line: string | undefined): void;
  /** Whether the server knows MONITOR (005). */
  monitors(): boolean;
  same(one: string, other: string): boolean;
  /** Nobody has the nick now. */
  free(): void;
}

export class NickWatch {
  readonly #needs: NickWatchNeeds;
  #nick: Nick | undefined;
  #monitoring = false;
  /** An ISON of ours has no answer yet. */
  #asked = false;
  #timer: Timer | undefined;

  constructor(needs: NickWatchNeeds) {
    this.#needs = needs;
  }

  /** Watches for a nick, and for none besides. */
  watch(nick: Nick): void {
    if (this.#nick === nick) return;
    this.stop();
    this.#nick = nick;
    this.#timer = this.#needs.clock.after(FIRST_MS, () => {
      this.#monitoring = this.#needs.monitors();
      if (this.#monitoring) this.#needs.write(monitorLine(true, nick));
      else this.#poll(nick);
    });
  }

  /** The nick is ours, or not wanted any more. */
  stop(): void {
    if (this.#monitoring && this.#nick !== undefined) this.#needs.write(monitorLine(false, this.#nick));
    this.lose();
  }

  /** The connection is gone, and with it what the server was to watch. */
  lose(): void {
    this.#timer?.end();
    this.#nick = undefined;
    this.#monitoring = false;
    this.#asked = false;
  }

  /** @returns whether a numeric was an answer to a question of this watch (303, 730 to 734) */
  onNumeric(numeric: string, params: readonly string[]): boolean {
    const nick = this.#nick;
    const words = (params.at(-1) ?? '').slice(0, 600);
    const names = (between: string): boolean => nick !== undefined && words.split(between).some((one) => this.#needs.same(one.split('!', 1)[0] ?? '', nick));
    switch (numeric) {
      case '303':
        if (!this.#asked) return false;
        this.#asked = false;
        if (nick !== undefined && !names(' ')) this.#needs.free();
        return true;
      case '731':
        if (this.#monitoring && names(',')) this.#needs.free();
        return true;
      case '734':
        // The list is full, with what nobody here has put on it.
        if (this.#monitoring && nick !== undefined) this.#poll(nick);
        this.#monitoring = false;
        return true;
      case '730':
      case '732':
      case '733':
        return true;
      default:
        return false;
    }
  }

  #poll(nick: Nick): void {
    this.#timer?.end();
    const ask = (): void => {
      this.#asked = true;
      this.#needs.write(isonLine(nick));
    };
    ask();
    this.#timer = this.#needs.clock.every(ASK_MS, ask);
  }
}
