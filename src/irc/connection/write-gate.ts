/** Writes to a socket and knows when the kernel has taken what; gives up on a peer that takes nothing. */

import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../lib/clock.js';
import { BridgeError } from '../../model/errors.js';
import type { Handed } from './outbox.js';

/** Bytes that may wait in the process: what comes past the outbox is small, so more means that nobody reads (L16). */
const MOST_WAITING = 262_144;

export class WriteGate {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #stuck: (fault: BridgeError) => void;
  readonly #waiting = new Set<Handed>();
  #timer: Timer | undefined;

  /** @param stuck called when a write made no progress for `timeoutMs`, or too much waits; is to close the socket */
  constructor(socket: Socket, clock: Clock, timeoutMs: number, stuck: (fault: BridgeError) => void) {
    this.#socket = socket;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#stuck = stuck;
  }

  /** Writes; `handed` is called once: true in the tick in which the kernel has all of it, false when it never will. */
  write(data: string, handed: Handed): void {
    if (this.#socket.writableLength > MOST_WAITING) {
      handed(false);
      this.#stuck(new BridgeError('IRC_LOST', 'the server does not read'));
      return;
    }
    this.#waiting.add(handed);
    this.#socket.write(data, 'utf8', (fault) => {
      if (this.#waiting.delete(handed)) handed(!fault);
      this.#watch();
    });
    // A plain socket's kernel takes a line at once while there is room; Node's callback comes only a tick later.
    if (this.#socket.writableLength === 0 && this.#waiting.delete(handed)) handed(true);
    else this.#timer ??= this.#start();
  }

  /** Tells all that wait that nobody took them, and ends the timer. */
  end(): void {
    this.#timer?.end();
    this.#timer = undefined;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const handed of waiting) handed(false);
  }

  /** Something got out: the time counts anew for what is left. */
  #watch(): void {
    this.#timer?.end();
    this.#timer = this.#waiting.size > 0 ? this.#start() : undefined;
  }

  #start(): Timer {
    return this.#clock.after(this.#timeoutMs, () => {
      this.#timer = undefined;
      if (this.#waiting.size > 0) this.#stuck(new BridgeError('IRC_LOST', 'the server takes nothing any more'));
    });
  }
}
