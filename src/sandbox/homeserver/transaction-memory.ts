/** Synapse's memory of transaction ids: by path and application service, short, and gone at a restart. */

import type { Clock } from '../../lib/clock.js';
import type { JsonObject } from '../../model/matrix-content.js';
import type { Request } from './answer.js';
import { stringOr } from './json.js';

const KEPT_MS = 30 * 60_000;

export class TransactionMemory {
  private readonly clock: Clock;
  /** Those that named a device are in the database: kept for a day there, here for as long as the rooms. */
  private readonly lasting: Map<string, string>;
  private readonly seen = new Map<string, { readonly at: number; readonly reply: JsonObject }>();

  constructor(clock: Clock, lasting: Map<string, string>) {
    this.clock = clock;
    this.lasting = lasting;
  }

  /**
   * Runs `apply` once for each path and asker; a repeat gets the first answer. The ghost is no part of the key: two
   * ghosts with one id in one room, and the second one's message is lost.
   */
  once(request: Request, apply: () => JsonObject): JsonObject {
    const { who, path } = request;
    const asker = who.service === undefined ? `${who.user}\0${who.device ?? ''}` : `service\0${who.service.id}`;
    const key = `${request.method}\0${path}\0${asker}`;
    const lastingKey = who.device === undefined ? undefined : `${path}\0${who.user}\0${who.device}`;
    for (const [old, { at }] of this.seen) {
      if (this.clock.elapsed() - at < KEPT_MS) break;
      this.seen.delete(old);
    }
    const before = this.seen.get(key)?.reply;
    if (before !== undefined) return before;
    const kept = lastingKey === undefined ? undefined : this.lasting.get(lastingKey);
    if (kept !== undefined) return { event_id: kept };
    const reply = apply();
    this.seen.set(key, { at: this.clock.elapsed(), reply });
    if (lastingKey !== undefined) this.lasting.set(lastingKey, stringOr(reply.event_id, ''));
    return reply;
  }

  /** What a restart does, or half an hour. */
  forget(): void {
    this.seen.clear();
  }
}
