/** Messages that were redacted, lately: what still waits is not said any more (M2I-26). */

import { BoundedMap } from '../lib/bounded-map.js';
import type { EventId } from '../model/ids.js';
import type { MessageEvent } from '../model/matrix-event.js';

export class Withdrawn {
  /** True: it was redacted; false: and therefore not said. */
  readonly #all = new BoundedMap<EventId, boolean>(10_000);

  add(id: EventId): void {
    this.#all.set(id, true);
  }

  /** Whether a message is not to be said; asked right before that. Nobody is told that an unsaid one was deleted. */
  has({ id, body, replaces }: MessageEvent): boolean {
    if (this.#all.size === 0) return false;
    if (body.type === 'deletion') return this.#all.get(body.target) === false;
    // What an edit makes of a message goes with the message.
    if (replaces !== undefined && this.#all.has(replaces)) return true;
    if (!this.#all.has(id)) return false;
    this.#all.set(id, false);
    return true;
  }
}
