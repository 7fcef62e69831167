/** Keeps back the mark of each client's last line for a moment: the kernel has it, but a killed process may take it along (F1). */

import type { Clock, Timer } from '../lib/clock.js';

/** A server that is well reads a line within this, in ms. */
const READ_MS = 1000;
const LOOK_MS = 250;

interface Mark {
  /** The message and its place, in a name. */
  readonly what: string;
  readonly write: () => void;
  readonly at: number;
}

/**
 * A process that is killed with something unread has its connections reset, and a server may throw away what it had not
 * read itself by then. So the last line of each client counts as said only when the next one follows or a second has
 * passed: after a kill it is said once more, rather than never. That is one line: of several handed over in one instant
 * the ones before it can still be lost (seen on busy machines, F1); they would have to wait for one another.
 */
export class LastMarks {
  readonly #clock: Clock;
  readonly #stopping: AbortSignal;
  /** By client, the longest kept first. */
  readonly #marks = new Map<string, Mark>();
  #timer: Timer | undefined;

  /** @param stopping from then on every mark is written at once: whoever ends in order reads to the end */
  constructor(clock: Clock, stopping: AbortSignal) {
    this.#clock = clock;
    this.#stopping = stopping;
    stopping.addEventListener('abort', () => this.#settle(), { once: true });
  }

  /** `client` handed over a line of `what`, a message for one place: `write` marks it, later; the mark kept so far is written. */
  handed(client: string, what: string, write: () => void): void {
    this.#marks.get(client)?.write();
    if (this.#stopping.aborted) write();
    else this.#keep(client, { what, write, at: this.#clock.elapsed() });
  }

  /** `what` is over: its mark takes the place of the one that is kept for it; where none is, it is written at once. */
  over(client: string, what: string, write: () => void): void {
    const kept = this.#marks.get(client);
    if (kept?.what === what) this.#marks.set(client, { ...kept, write });
    else write();
  }

  #keep(client: string, mark: Mark): void {
    this.#marks.delete(client);
    this.#marks.set(client, mark);
    this.#timer ??= this.#clock.after(LOOK_MS, () => this.#look());
  }

  #settle(): void {
    this.#timer?.end();
    this.#timer = undefined;
    const marks = [...this.#marks.values()];
    this.#marks.clear();
    for (const { write } of marks) write();
  }

  #look(): void {
    this.#timer = undefined;
    const due = this.#clock.elapsed() - READ_MS;
    for (const [client, { at, write }] of this.#marks) {
      if (at > due) break;
      this.#marks.delete(client);
      write();
    }
    if (this.#marks.size > 0) this.#timer = this.#clock.after(LOOK_MS, () => this.#look());
  }
}
