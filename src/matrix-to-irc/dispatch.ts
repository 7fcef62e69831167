/** From Matrix events to what carries them: in order for each sender and channel, with the one catch of this direction. */

import type { Entry, Journal } from '../journal/port.js';
import type { Clock } from '../lib/clock.js';
import { KeyedQueue } from '../lib/keyed-queue.js';
import type { Log } from '../lib/log.js';
import type { Metrics } from '../metrics/port.js';
import { BridgeError, faultText, isFault } from '../model/errors.js';
import type { Json } from '../model/matrix-content.js';
import type { Link } from '../model/link.js';
import type { MatrixEvent, MessageEvent } from '../model/matrix-event.js';
import { refused } from '../model/refusal.js';
import type { Links } from '../rooms/links.js';
import type { Failure } from './failure.js';
import type { Deliver } from './message.js';
import type { Progress } from './say.js';
import type { Table } from './table.js';

export interface DispatchNeeds {
  readonly links: Links;
  readonly journal: Journal;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  readonly deliver: Deliver;
  readonly failure: Failure;
  /** Whether a user is one of ours: a ghost or the bot (INV-1). */
  readonly isOurs: (user: string) => boolean;
  /** The other kinds of event. */
  readonly table: Table;
}

export class MatrixDispatch {
  readonly #needs: DispatchNeeds;
  readonly #lanes: KeyedQueue<string>;

  constructor(needs: DispatchNeeds) {
    this.#needs = needs;
    this.#lanes = new KeyedQueue((key, fault) => {
      needs.log.error('matrix event failed', { key, fault });
      needs.metrics.count('bridge_faults_total', { direction: 'matrix_to_irc' });
    });
  }

  /** Deliveries under way, waiting ones included. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Takes an accepted event; never waits, never throws. `repeat`: it comes from an earlier life of the process. */
  take(event: MatrixEvent, entry: Entry, repeat = false): void {
    if (this.#needs.isOurs(event.sender) && event.kind !== 'member') {
      this.#needs.journal.done(entry.id);
    } else if (event.kind === 'message') {
      this.#takeMessage(event, entry, repeat);
    } else {
      this.#lanes.push(event.room, async () => {
        try {
          await this.#needs.table[event.kind](event as never, entry);
        } finally {
          this.#needs.journal.done(entry.id);
        }
      });
    }
  }

  whenIdle(): Promise<void> {
    return this.#lanes.whenIdle();
  }

  #takeMessage(event: MessageEvent, entry: Entry, repeat: boolean): void {
    const links = this.#needs.links.ofRoom(event.room);
    const notes = readNotes(entry.note);
    let left = links.length;
    if (left === 0) this.#needs.journal.done(entry.id);
    for (const link of links) {
      const key = `${link.network} ${link.channel}`;
      // Nothing is left to do once the last line is said: the mark goes with it, in the same tick.
      const alone = links.length === 1 && this.#needs.links.ofChannel(link.network, link.channel).length === 1;
      const note = (progress: Progress): void => {
        notes[key] = progress;
        if (!alone || progress.said < progress.lines.length) this.#needs.journal.note(entry.id, toJson(notes));
        else this.#needs.journal.done(entry.id);
      };
      const progress = notes[key];
      const delivery = { event, entry, link, note, repeat, ...(progress === undefined ? {} : { progress }) };
      this.#lanes.push(`${event.room} ${event.sender} ${key}`, async () => {
        const ended = await this.#deliver(delivery);
        if (ended && --left === 0) this.#needs.journal.done(entry.id);
      });
    }
  }

  /** False when the bridge stops with the delivery unfinished: its entry stays open. */
  async #deliver(delivery: Parameters<Deliver>[0]): Promise<boolean> {
    const { event, entry, link } = delivery;
    const started = this.#needs.clock.elapsed();
    let outcome = 'fail';
    try {
      outcome = (await this.#needs.deliver(delivery)).ok ? 'success' : 'dropped';
      return true;
    } catch (fault) {
      if (isFault(fault, 'STOPPING')) return false;
      const code = fault instanceof BridgeError ? fault.code : 'FAULT';
      this.#needs.log.error('message failed', { room: event.room, event: event.id, code, why: faultText(fault) });
      const { refusal } = refused('server-said-no', 'Something went wrong inside the bridge; its operator can see it in the log.');
      await this.#needs.failure.notDelivered({ event, entry: entry.id, refusal, target: link.channel });
      return true;
    } finally {
      const seconds = (this.#needs.clock.elapsed() - started) / 1000;
      this.#needs.metrics.time('bridge_matrix_request_seconds', seconds, { outcome });
      const type = event.body.type === 'text' ? event.body.how : 'media';
      this.#needs.metrics.count('bridge_messages_total', { direction: 'matrix_to_irc', type, outcome });
    }
  }
}

/** Progress for each channel, as `note` wrote it. */
function readNotes(note: Json | undefined): Record<string, Progress> {
  const notes: Record<string, Progress> = {};
  if (typeof note !== 'object' || note === null || Array.isArray(note)) return notes;
  for (const [key, value] of Object.entries(note)) {
    const { lines, said } = value as { lines?: unknown; said?: unknown };
    const strings = Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : [];
    if (typeof said === 'number') notes[key] = { lines: strings, said };
  }
  return notes;
}

function toJson(notes: Record<string, Progress>): Json {
  return Object.fromEntries(Object.entries(notes).map(([key, { lines, said }]) => [key, { lines, said }]));
}
