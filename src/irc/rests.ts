/**
 * Reads connections to which nobody needs to listen in batches: where a server cannot make clients deaf, five hundred
 * copies of each line would wake the process five hundred times. A rested one is read again a tenth of a second later,
 * so what is private, and PING, waits no longer than that.
 */

import type { Clock, Timer } from '../lib/clock.js';

/** ms. */
const REST_MS = 100;

/** What can be rested: a socket. */
export interface Restable {
  readonly destroyed: boolean;
  pause(): unknown;
  resume(): unknown;
}

export class Rests {
  readonly #clock: Clock;
  readonly #resting: Restable[] = [];
  #timer: Timer | undefined;
  #round = 0;
  #ended = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The number of the round that runs, a tenth of a second from when it was first asked for. */
  get round(): number {
    if (!this.#ended) this.#timer ??= this.#clock.after(REST_MS, () => this.#wake());
    return this.#round;
  }

  /** Reads nothing of the socket until the round that runs is over. */
  rest(socket: Restable): void {
    if (this.#ended) return;
    socket.pause();
    this.#resting.push(socket);
    this.#timer ??= this.#clock.after(REST_MS, () => this.#wake());
  }

  /** Reads everybody at once, and lets nobody rest any more. */
  end(): void {
    this.#ended = true;
    this.#timer?.end();
    this.#wake();
  }

  #wake(): void {
    this.#timer = undefined;
    this.#round++;
    for (const socket of this.#resting.splice(0)) if (!socket.destroyed) socket.resume();
  }
}
