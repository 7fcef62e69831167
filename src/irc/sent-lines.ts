/** Which of the lines a client has just said the server threw away: it tells that it did, but seldom which (R18, R31). */

import type { Clock, Timer } from '../lib/clock.js';
import type { ChannelName, Nick } from '../model/irc-names.js';
import type { Refusal } from '../model/refusal.js';
import type { How } from '../model/utterance.js';
import { pingLine } from './wire/lines.js';
import type { Saying } from './port.js';

/** One line of text that the kernel took. */
export interface SentLine {
  readonly target: ChannelName | Nick;
  readonly how: How;
  readonly text: string;
  readonly saying: Saying | undefined;
  /** That of its echo, where the server brings one. */
  readonly label?: string;
  /** How often it was sent. */
  readonly times: number;
}

/** Lines remembered of one client, and for how long: an answer comes within a round trip. */
const LINES_MOST = 100;
const REMEMBER_MS = 30_000;
/** A server that leaves our PING unanswered is not waited for. */
const ANSWER_MS = 10_000;
const TOKEN = 'said-';

export interface SentLinesNeeds {
  readonly clock: Clock;
  /** Writes past all pacing. */
  send(line: string | undefined): void;
  same(one: string, other: string): boolean;
  /** These lines, oldest first, never reached their target. `lines` may be fewer than were refused, or none. */
  thrownAway(lines: readonly SentLine[], target: ChannelName | Nick | undefined, why: Refusal): void;
}

interface Remembered {
  readonly line: SentLine;
  readonly at: number;
  readonly number: number;
}

/** Refusals of lines to one target, gathered until the server has answered everything sent before a PING of ours. */
interface Trial {
  readonly target: ChannelName | Nick | undefined;
  readonly token: string;
  /** Lines from this number on were sent after the PING. */
  readonly upTo: number;
  readonly timer: Timer;
  count: number;
  why: Refusal;
}

/**
 * Servers work off lines in order, so all refusals of lines sent before a PING are there when its PONG comes. Who was
 * silenced stays so for a while: of the lines to that target the last ones are taken to be those refused.
 */
export class SentLines {
  readonly #needs: SentLinesNeeds;
  #lines: Remembered[] = [];
  #trials: Trial[] = [];
  #number = 0;

  constructor(needs: SentLinesNeeds) {
    this.#needs = needs;
  }

  /** The kernel took a line. */
  sent(line: SentLine): void {
    const at = this.#needs.clock.elapsed();
    this.#lines.push({ line, at, number: this.#number++ });
    const first = this.#lines[0];
    if (this.#lines.length > LINES_MOST || (first && at - first.at > REMEMBER_MS)) this.#forget(at);
  }

  /** The server refused a line to `target`, or to somebody it does not name. */
  refused(target: ChannelName | Nick | undefined, why: Refusal): void {
    const open = this.#trials.find((trial) => (trial.target ?? '') === (target ?? '') || this.#same(trial.target, target));
    if (open) {
      open.count++;
      open.why = why;
      return;
    }
    const token = `${TOKEN}${this.#number}-${this.#trials.length}`;
    const timer = this.#needs.clock.after(ANSWER_MS, () => this.onPong(token));
    this.#trials.push({ target, token, upTo: this.#number, timer, count: 1, why });
    this.#needs.send(pingLine(token));
  }

  /** Whether the server has refused something and is asked how far it is. */
  get asks(): boolean {
    return this.#trials.length > 0;
  }

  /** Takes the last parameter of PONG. */
  onPong(token: string): void {
    const trial = token.startsWith(TOKEN) ? this.#trials.find((one) => one.token === token) : undefined;
    if (!trial) return;
    trial.timer.end();
    this.#trials = this.#trials.filter((one) => one !== trial);
    this.#settle(trial);
  }

  /** The connection is gone: what was refused until now is settled, the rest is no matter of its refusals. */
  lose(): void {
    const trials = this.#trials;
    this.#trials = [];
    for (const trial of trials) {
      trial.timer.end();
      this.#settle(trial);
    }
    this.#lines = [];
  }

  #settle({ target, upTo, count, why }: Trial): void {
    const to = this.#lines.filter(({ line, number }) => number < upTo && (target === undefined || this.#same(line.target, target)));
    const lost = to.slice(-count).map(({ line }) => line);
    // What the server has let pass is not asked about again, and nothing is told twice.
    this.#lines = this.#lines.filter((line) => !to.includes(line));
    this.#needs.thrownAway(lost, target, why);
  }

  #same(one: string | undefined, other: string | undefined): boolean {
    return one !== undefined && other !== undefined && this.#needs.same(one, other);
  }

  #forget(now: number): void {
    this.#lines = this.#lines.slice(-LINES_MOST / 2).filter(({ at }) => now - at <= REMEMBER_MS);
  }
}
