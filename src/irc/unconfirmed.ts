/** What the server has not been heard to have read: of that nobody knows whether it arrived, when the connection is lost (R2, R3). */

import type { Clock } from '../lib/clock.js';
import { refused, type Refusal } from '../model/refusal.js';
import type { Saying } from './port.js';

const UNCONFIRMED: Refusal = refused('unconfirmed', 'The IRC connection was lost before the server had confirmed it.').refusal;
/** A server that is well has read a line after so long, and answered a PING, in ms. */
const READ_MS = 2_000;
const ANSWER_MS = 10_000;
/** Messages remembered of one client. */
const MOST = 1_000;
const TOKEN = 'read-';

interface Message {
  readonly saying: Saying;
  /** Number and time, monotonic ms, of its last line. */
  number: number;
  at: number;
}

/**
 * Servers work off lines in order, so whatever was sent before a PING has been read when its PONG comes. A connection
 * that ends without an answer to a PING was dead for longer than it seemed, perhaps since the last one that was answered.
 */
export class Unconfirmed {
  readonly #clock: Clock;
  #messages: Message[] = [];
  #number = 0;
  /** PINGs without an answer, oldest first. */
  #asked: { readonly number: number; readonly at: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The kernel took a line of a message. */
  sent(saying: Saying | undefined): void {
    this.#number++;
    if (saying?.refused === undefined) return;
    const at = this.#clock.elapsed();
    const last = this.#messages.at(-1);
    if (last?.saying === saying) {
      last.number = this.#number;
      last.at = at;
      return;
    }
    this.#messages.push({ saying, number: this.#number, at });
    if (this.#messages.length > MOST) this.#messages = this.#messages.slice(-MOST / 2);
  }

  /** A PING is about to be sent: what its PONG is to bring back. */
  ask(): string {
    this.#asked.push({ number: this.#number, at: this.#clock.elapsed() });
    if (this.#asked.length > MOST) this.#asked.shift();
    return `${TOKEN}${this.#number}`;
  }

  /** Takes the last parameter of PONG. */
  onPong(token: string): void {
    if (!token.startsWith(TOKEN)) return;
    const number = Number(token.slice(TOKEN.length));
    // An answer that was not asked for confirms nothing.
    if (!this.#asked.some((asked) => asked.number === number)) return;
    this.#asked = this.#asked.filter((asked) => asked.number > number);
    this.#messages = this.#messages.filter((message) => message.number > number);
  }

  /**
   * The connection is gone: tells the authors of what may not have arrived.
   * @param asked it ends in order: the server reads to the QUIT, unless it was dead before
   */
  lose(asked: boolean): void {
    const now = this.#clock.elapsed();
    const [oldest] = this.#asked;
    const dead = oldest !== undefined && now - oldest.at >= ANSWER_MS;
    const unsure = this.#messages.filter(({ at }) => dead || (!asked && now - at < READ_MS));
    this.#messages = [];
    this.#asked = [];
    for (const { saying } of unsure) saying.refused?.(UNCONFIRMED);
  }
}
