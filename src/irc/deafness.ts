/** Keeps one client deaf to channel talk unless some channel needs it to listen (CONN-15): one MODE at a time, each confirmed. */

import type { Clock, Timer } from '../lib/clock.js';
import { modeLine } from './wire/lines.js';
import type { WriteLine } from './connection/outbox.js';

/** A change not confirmed for so long is asked about: a server says nothing of what was so already (IRC-SERVERS §2). */
const CONFIRM_MS = 5000;

export interface DeafnessNeeds {
  readonly clock: Clock;
  /** The user mode; `undefined` while not known, and where there is none or it is not wanted. */
  letter(): string | undefined;
  nick(): string;
  /** Whether a channel needs this client to hear. */
  needed(): boolean;
  /** See `Listeners.hears`. */
  hears(how: 'no' | 'soon' | 'yes'): void;
}

export class Deafness {
  readonly #needs: DeafnessNeeds;
  #write: WriteLine | undefined;
  #deaf = false;
  /** What was asked for and is not confirmed. */
  #asked: boolean | undefined;
  #timer: Timer | undefined;
  readonly #modes = new Set<string>();

  constructor(needs: DeafnessNeeds) {
    this.#needs = needs;
  }

  /** All user modes that the server has told, as letters in order; empty: none. */
  get modes(): string {
    return [...this.#modes].sort().join('');
  }

  /** A new connection: its client hears everything. @param write goes past all pacing: a channel may be waiting for it */
  ready(write: WriteLine): void {
    this.lost();
    this.#write = write;
    this.update();
  }

  /** The connection is gone. */
  lost(): void {
    this.#write = undefined;
    this.#deaf = false;
    this.#asked = undefined;
    this.#timer?.end();
    this.#modes.clear();
  }

  /** Call when what is needed may have changed, or what the server can. */
  update(): void {
    const letter = this.#needs.letter();
    if (!this.#write || letter === undefined || this.#asked !== undefined) return;
    const deaf = !this.#needs.needed();
    if (deaf === this.#deaf) return;
    this.#asked = deaf;
    this.#needs.hears(deaf ? 'no' : 'soon');
    this.#send(modeLine(this.#needs.nick(), `${deaf ? '+' : '-'}${letter}`));
    this.#timer?.end();
    this.#timer = this.#needs.clock.after(CONFIRM_MS, () => this.#ask());
  }

  /** MODE of the client itself came, with such changes as `+iw-D`. */
  onMode(changes: string): void {
    const letter = this.#needs.letter();
    let deaf: boolean | undefined;
    let sign = true;
    for (const char of changes.slice(0, 100)) {
      if (char === '+' || char === '-') sign = char === '+';
      else if (char === letter) deaf = sign;
      if (/[A-Za-z]/.test(char)) this.#modes[sign ? 'add' : 'delete'](char);
    }
    if (deaf !== undefined) this.#is(deaf);
  }

  /** 221 came, with all modes. */
  onModes(modes: string): void {
    this.#modes.clear();
    for (const letter of modes.slice(0, 100).match(/[A-Za-z]/g) ?? []) this.#modes.add(letter);
    const letter = this.#needs.letter();
    if (letter !== undefined) this.#is(modes.slice(0, 100).includes(letter));
  }

  #send(line: string | undefined): void {
    if (line !== undefined) this.#write?.(line, () => undefined);
  }

  #ask(): void {
    this.#send(modeLine(this.#needs.nick()));
    this.#timer = this.#needs.clock.after(CONFIRM_MS, () => this.#ask());
  }

  /** What the server says it is. It may also do that by itself. */
  #is(deaf: boolean): void {
    if (!this.#write) return;
    this.#deaf = deaf;
    this.#asked = undefined;
    this.#timer?.end();
    if (deaf) this.#needs.hears('no');
    else if (this.#needs.needed()) this.#needs.hears('yes');
    this.update();
  }
}
