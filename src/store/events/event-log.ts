/** Pairs of events and msgids on disk, in a few files, of which the oldest goes when there are too many (DB-10). */

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../lib/clock.js';
import type { Log } from '../../lib/log.js';
import { BridgeError, faultText } from '../../model/errors.js';
import type { EventPair } from '../../model/event-pair.js';
import type { EventId, RoomId, UserId } from '../../model/ids.js';
import type { NetworkName, Nick } from '../../model/irc-names.js';
import type { EventStore } from '../port.js';
import { LONGEST, writePair } from './line.js';
import { eventKey, msgidKey, Segment } from './segment.js';

/** `ircService.eventStore`. */
export interface EventBounds {
  readonly maxEntries: number;
  readonly ttlDays: number;
}

/** Files in use: what is forgotten at a time is one of them. */
const SEGMENTS = 8;
/** In the place of the nick of somebody forgotten. */
const NOBODY = '_' as Nick;
const DAY_MS = 86_400_000;
/** So much may wait for a disk that takes nothing; what comes then is forgotten. */
const MOST_WAITING = 1_048_576;
/** A disk that failed is not asked again before. */
const AGAIN_MS = 5_000;

export interface EventLogNeeds extends EventBounds {
  /** Absent: in memory. */
  readonly directory: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

export class EventLog implements EventStore {
  readonly #needs: EventLogNeeds;
  /** Oldest first; the last is written to. */
  readonly #segments: Segment[];
  #number: number;
  #writing: Promise<void> | undefined;
  #failedAt = -Infinity;
  #closed = false;

  private constructor(needs: EventLogNeeds, segments: Segment[], number: number) {
    this.#needs = needs;
    this.#segments = segments;
    this.#number = number;
  }

  /**
   * Opens the files of a directory, made if missing.
   * @throws BridgeError `STORE_FAULT` when they cannot be read or written
   */
  static async open(needs: EventLogNeeds): Promise<EventLog> {
    const { directory } = needs;
    try {
      if (directory === undefined) return new EventLog(needs, [await Segment.open(undefined)], 1);
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const numbers = (await readdir(directory)).flatMap((name) => /^(\d{10})\.pairs$/u.exec(name)?.[1] ?? []).map(Number);
      numbers.sort((a, b) => a - b);
      if (numbers.length === 0) numbers.push(1);
      const segments: Segment[] = [];
      for (const number of numbers) segments.push(await Segment.open(pathOf(directory, number)));
      const opened = new EventLog(needs, segments, numbers.at(-1) ?? 1);
      await opened.#forget();
      return opened;
    } catch (fault) {
      throw new BridgeError('STORE_FAULT', `cannot open ${directory ?? 'the event store'}: ${faultText(fault)}`, { cause: fault });
    }
  }

  add(pair: EventPair): void {
    const last = this.#segments.at(-1);
    const line = writePair(pair);
    if (!last || this.#closed || this.#needs.maxEntries === 0 || line.length * 3 > LONGEST || last.waiting > MOST_WAITING) return;
    last.add(pair, line);
    if (this.#needs.clock.elapsed() - this.#failedAt >= AGAIN_MS) this.#writing ??= this.#write();
  }

  async ofEvent(event: EventId): Promise<readonly EventPair[]> {
    return (await this.#find(eventKey(event))).filter((pair) => pair.event === event);
  }

  async ofMsgid(network: NetworkName, msgid: string): Promise<readonly EventPair[]> {
    return (await this.#find(msgidKey(network, msgid))).filter((pair) => pair.network === network && pair.msgid === msgid);
  }

  async forget(people: ReadonlySet<UserId>, rooms: readonly RoomId[]): Promise<void> {
    await this.#writing;
    const gone = new Set(rooms);
    const change = (pair: EventPair): EventPair | undefined => {
      if (gone.has(pair.room)) return undefined;
      const { author, ...rest } = pair;
      return author !== undefined && people.has(author) ? { ...rest, nick: NOBODY } : pair;
    };
    try {
      for (const segment of [...this.#segments]) await segment.change(change);
    } catch (fault) {
      throw new BridgeError('STORE_FAULT', `cannot write the event store: ${faultText(fault)}`, { cause: fault });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    try {
      for (const segment of this.#segments) {
        await segment.write();
        await segment.close();
      }
    } catch (fault) {
      this.#needs.log.warn('event ids not written', { why: faultText(fault) });
    }
  }

  async #find(key: string): Promise<readonly EventPair[]> {
    const since = this.#needs.clock.now() - this.#needs.ttlDays * DAY_MS;
    const found: EventPair[] = [];
    for (const segment of [...this.#segments]) {
      try {
        found.push(...(await segment.find(key)));
      } catch (fault) {
        // Dropped meanwhile, or the disk is ill: whoever asks has a way without.
        this.#needs.log.debug('event ids not read', { why: faultText(fault) });
      }
    }
    return found.filter(({ at }) => at >= since);
  }

  /** Writes what has gathered while the last write was under way, until nothing waits. Never rejects. */
  async #write(): Promise<void> {
    try {
      // What comes in the same tick goes in one write, and so does what comes while that one is under way.
      await Promise.resolve();
      for (;;) {
        const behind = this.#segments.find(({ waiting }) => waiting > 0);
        if (!behind) return;
        await behind.write();
        if (behind !== this.#segments.at(-1) || !this.#isFull(behind)) continue;
        await this.#begin();
        await this.#forget();
      }
    } catch (fault) {
      this.#failedAt = this.#needs.clock.elapsed();
      this.#needs.log.warn('event ids not written, tried again', { why: faultText(fault) });
    } finally {
      this.#writing = undefined;
    }
  }

  #isFull({ count, first, last }: Segment): boolean {
    const { maxEntries, ttlDays } = this.#needs;
    return count >= maxEntries / SEGMENTS || last - first > (ttlDays * DAY_MS) / SEGMENTS;
  }

  /** Another file takes what comes from now on. */
  async #begin(): Promise<void> {
    const { directory } = this.#needs;
    if (directory === undefined) return;
    this.#segments.push(await Segment.open(pathOf(directory, this.#number + 1)));
    this.#number++;
  }

  /** Drops the files that are too old or too many. */
  async #forget(): Promise<void> {
    const { maxEntries, ttlDays, clock } = this.#needs;
    const since = clock.now() - ttlDays * DAY_MS;
    for (let oldest = this.#segments[0]; oldest && this.#segments.length > 1; oldest = this.#segments[0]) {
      const all = this.#segments.reduce((sum, { count }) => sum + count, 0);
      if (all <= maxEntries && oldest.last >= since) return;
      this.#segments.shift();
      await oldest.close();
      if (oldest.path !== undefined) await rm(oldest.path, { force: true });
    }
  }
}

function pathOf(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(10, '0')}.pairs`);
}
