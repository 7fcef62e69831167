/** Paces one client's outgoing lines against flood limits (a token bucket), in order, with a bounded queue. */

import type { Clock, Timer } from '../../lib/clock.js';

/** `burst` lines at once, then `perSecond`; false: no pacing, only order and bounds. */
export type Pace = { readonly burst: number; readonly perSecond: number } | false;
/** What servers commonly allow an ordinary client (RFC 2813 §5.8). */
export const ORDINARY_PACE: Pace = { burst: 5, perSecond: 1 };

/**
 * `now`: PONG, QUIT, NICK, CAP and what else must not wait; counts against the bucket but never waits for it.
 * `soon`: JOIN, PART, MODE and other commands; ahead of text, but two for each line of text at most.
 * `text`: what people say.
 */
export type Lane = 'now' | 'soon' | 'text';
/** Told once: true in the tick in which the line was handed to the kernel, false when it never will be. Must not throw. */
export type Handed = (handed: boolean) => void;
/** Writes one line; calls back as `Handed` says, also synchronously. */
export type WriteLine = (line: string, handed: Handed) => void;

export interface OutboxNeeds {
  readonly clock: Clock;
  readonly pace: Pace;
  /** Bounds of what waits: 1,000 lines and 1 MiB unless given. */
  readonly mostLines?: number;
  readonly mostBytes?: number;
}

interface Waiting {
  readonly line: string;
  readonly bytes: number;
  readonly handed: Handed | undefined;
}
/** Lines of text may have this many commands go ahead of each. */
const SOON_IN_A_ROW = 2;

export class Outbox {
  readonly #clock: Clock;
  readonly #pace: Pace;
  readonly #mostLines: number;
  readonly #mostBytes: number;
  #soon: Waiting[] = [];
  #text: Waiting[] = [];
  #bytes = 0;
  #write: WriteLine | undefined;
  #inFlight = false;
  #life = 0;
  #row = 0;
  #tokens: number;
  #filledAt: number;
  #timer: Timer | undefined;

  constructor(needs: OutboxNeeds) {
    this.#clock = needs.clock;
    this.#pace = needs.pace;
    this.#mostLines = needs.mostLines ?? 1000;
    this.#mostBytes = needs.mostBytes ?? 1_048_576;
    this.#tokens = needs.pace === false ? 0 : needs.pace.burst;
    this.#filledAt = needs.clock.elapsed();
  }

  /** Lines that wait, the one in flight not counted. */
  get queued(): number {
    return this.#soon.length + this.#text.length;
  }

  /** A connection is there: lines go through `write`, with a full bucket. */
  open(write: WriteLine): void {
    this.lose();
    this.#write = write;
    this.#tokens = this.#pace === false ? 0 : this.#pace.burst;
    this.#filledAt = this.#clock.elapsed();
  }

  /**
   * The connection is lost: every waiting line is told false, in order, those of `soon` first. The line in flight is
   * told by `write` itself.
   */
  lose(): void {
    this.#write = undefined;
    this.#inFlight = false;
    this.#life++;
    this.#timer?.end();
    this.#timer = undefined;
    const given = [...this.#soon, ...this.#text];
    this.#soon = [];
    this.#text = [];
    this.#bytes = 0;
    for (const waiting of given) waiting.handed?.(false);
  }

  /**
   * Takes a line, without CR LF.
   * @returns false when it is not taken (no connection, or the queue is full); `handed` is then never called
   */
  push(line: string, lane: Lane, handed?: Handed): boolean {
    if (!this.#write) return false;
    if (lane === 'now') {
      this.#fill();
      if (this.#pace !== false) this.#tokens = Math.max(-this.#pace.burst, this.#tokens - 1);
      this.#write(line, handed ?? (() => undefined));
      return true;
    }
    const bytes = Buffer.byteLength(line);
    if (this.queued >= this.#mostLines || this.#bytes + bytes > this.#mostBytes) return false;
    this.#bytes += bytes;
    (lane === 'soon' ? this.#soon : this.#text).push({ line, bytes, handed });
    this.#pump();
    return true;
  }

  /** Writes while there is something, nothing is in flight and the bucket allows. */
  #pump(): void {
    while (this.#write && !this.#inFlight && this.queued > 0) {
      if (!this.#mayWrite()) return;
      const next = this.#take();
      if (!next) return;
      this.#hand(next, this.#write);
    }
  }

  #hand(next: Waiting, write: WriteLine): void {
    const life = this.#life;
    let synchronous = true;
    this.#inFlight = true;
    write(next.line, (handed) => {
      // After a loss and a new connection the flag belongs to another line.
      if (life === this.#life) this.#inFlight = false;
      next.handed?.(handed);
      if (!synchronous && life === this.#life) this.#pump();
    });
    synchronous = false;
  }

  #take(): Waiting | undefined {
    const textFirst = this.#soon.length === 0 || (this.#text.length > 0 && this.#row >= SOON_IN_A_ROW);
    this.#row = textFirst ? 0 : this.#row + 1;
    const next = (textFirst ? this.#text : this.#soon).shift();
    if (next) this.#bytes -= next.bytes;
    return next;
  }

  /** Takes a token; without one sets the timer for when there is. */
  #mayWrite(): boolean {
    if (this.#pace === false) return true;
    this.#fill();
    if (this.#tokens >= 1) {
      this.#tokens--;
      return true;
    }
    const wait = Math.ceil(((1 - this.#tokens) * 1000) / this.#pace.perSecond);
    this.#timer ??= this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#pump();
    });
    return false;
  }

  #fill(): void {
    const now = this.#clock.elapsed();
    if (this.#pace !== false) {
      const grown = this.#tokens + ((now - this.#filledAt) * this.#pace.perSecond) / 1000;
      // The sum of thirds may end a hair below one; a line must not wait another round for that.
      this.#tokens = Math.min(this.#pace.burst, Math.round(grown * 1e6) / 1e6);
    }
    this.#filledAt = now;
  }
}
