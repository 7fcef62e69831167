/** Long texts on disk, beside the store: a file each, bounded in size and age, gone when it is withdrawn (MEDIA-11, 13). */

import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText } from '../model/errors.js';
import { type Kept, readPaste, readPasteHead, replaceFile, writePaste } from './paste-file.js';
import { isShortId } from './short-id.js';

export interface PastesOptions {
  readonly directory: string;
  /** Seconds; 0: they stay until room is needed. */
  readonly ttlSeconds: number;
  /** Of one text, as UTF-8. */
  readonly maxBytes: number;
  readonly maxTotalMiB: number;
  readonly clock: Clock;
  readonly log: Log;
}

interface Row {
  readonly bytes: number;
  /** When it was kept, ms since the epoch. */
  readonly at: number;
  /** Digests of the events with which it ends, as far as they were read. */
  events: readonly string[];
}

/** What a file takes on a disk is whole blocks of this. */
const BLOCK = 4096;
const MIB = 1_048_576;
const TIDY_MS = 3_600_000;
/** Files looked at together when opened. */
const TOGETHER = 64;

export class Pastes {
  readonly #options: PastesOptions;
  /** Oldest first. */
  readonly #rows = new Map<string, Row>();
  /** Ids by the digests of events. */
  readonly #ofEvent = new Map<string, Set<string>>();
  #total = 0;
  /** Resolves when the files that were there at the start are in `#ofEvent`. */
  #indexed: Promise<void> = Promise.resolve();
  /** Changes go one after the other. */
  #work: Promise<unknown> = Promise.resolve();
  #timer: Timer | undefined;

  private constructor(options: PastesOptions) {
    this.#options = options;
  }

  /**
   * Makes the directory if need be and looks at what is there.
   * @throws BridgeError `STORE_FAULT`
   */
  static async open(options: PastesOptions): Promise<Pastes> {
    const { directory, clock } = options;
    const pastes = new Pastes(options);
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const names = await readdir(directory);
      // What was being written when the process ended.
      for (const name of names.filter((each) => each.endsWith('.new'))) await rm(join(directory, name), { force: true });
      const found: [string, Row][] = [];
      const ids = names.filter(isShortId);
      for (let at = 0; at < ids.length; at += TOGETHER) {
        const rows = ids.slice(at, at + TOGETHER).map(async (id): Promise<[string, Row]> => {
          const { size, mtimeMs } = await stat(join(directory, id));
          return [id, { bytes: onDisk(size), at: mtimeMs, events: [] }];
        });
        found.push(...(await Promise.all(rows)));
      }
      for (const [id, row] of found.sort(([, one], [, other]) => one.at - other.at)) pastes.#note(id, row);
    } catch (fault) {
      throw new BridgeError('STORE_FAULT', `cannot open ${directory}: ${faultText(fault)}`, { cause: fault });
    }
    await pastes.#tidy(0);
    pastes.#indexed = pastes.#index();
    pastes.#timer = clock.every(TIDY_MS, () => void pastes.#inTurn(() => pastes.#tidy(0)));
    return pastes;
  }

  /** Keeps a text, in the place of one with the same id; the oldest go to make room. `false`: too large, or the disk fails. */
  async keep(id: string, { text, ...head }: Kept): Promise<boolean> {
    const { maxBytes, maxTotalMiB, log } = this.#options;
    const file = writePaste({ text, ...head });
    if (Buffer.byteLength(text) > maxBytes || onDisk(file.length) > maxTotalMiB * MIB) return false;
    try {
      await this.#inTurn(async () => {
        await this.#tidy(onDisk(file.length));
        const at = this.#options.clock.now();
        await replaceFile(join(this.#options.directory, id), file, at);
        this.#note(id, { bytes: onDisk(file.length), at, events: head.events });
      });
      return true;
    } catch (fault) {
      log.warn('long text not kept', { why: faultText(fault) });
      return false;
    }
  }

  /** A text that is there and not too old. */
  async read(id: string): Promise<Kept | undefined> {
    const row = this.#rows.get(id);
    if (!row || this.#isOver(row)) return undefined;
    try {
      return await readPaste(join(this.#options.directory, id));
    } catch (fault) {
      this.#options.log.warn('long text not readable', { why: faultText(fault) });
      return undefined;
    }
  }

  /** Takes a text away; harmless when it is not there. Throws what the disk says. */
  async drop(id: string): Promise<void> {
    await this.#inTurn(() => this.#remove(id));
  }

  /** Takes all texts away that end with this event. Throws what the disk says. */
  async end(event: string): Promise<void> {
    await this.#indexed;
    for (const id of [...(this.#ofEvent.get(event) ?? [])]) await this.drop(id);
  }

  /** Takes all texts of these authors away. Throws `STORE_FAULT`. */
  async forget(authors: ReadonlySet<string>): Promise<void> {
    for (const id of [...this.#rows.keys()]) {
      const author = (await this.read(id))?.author;
      if (author === undefined || !authors.has(author)) continue;
      try {
        await this.drop(id);
      } catch (fault) {
        throw new BridgeError('STORE_FAULT', `cannot remove a text: ${faultText(fault)}`, { cause: fault });
      }
    }
  }

  /** Ends its timer and waits for the disk. */
  async close(): Promise<void> {
    this.#timer?.end();
    await this.#indexed;
    await this.#work;
  }

  /** Files and bytes on disk. */
  get size(): { readonly files: number; readonly bytes: number } {
    return { files: this.#rows.size, bytes: this.#total };
  }

  /** Looks into the files that were there at the start: which event ends which of them. */
  async #index(): Promise<void> {
    const ids = [...this.#rows.keys()];
    const look = async (id: string): Promise<void> => {
      const head = await readPasteHead(join(this.#options.directory, id));
      const row = this.#rows.get(id);
      // One that was replaced meanwhile is known already; one that cannot be read ends with its time.
      if (!head || row?.events.length !== 0) return;
      row.events = head.events;
      this.#know(id, row);
    };
    for (let at = 0; at < ids.length; at += TOGETHER) await Promise.all(ids.slice(at, at + TOGETHER).map(look));
  }

  /** Removes what is too old, then the oldest, until there is room for so many bytes. */
  async #tidy(room: number): Promise<void> {
    const most = this.#options.maxTotalMiB * MIB;
    for (const [id, row] of this.#rows) {
      if (!this.#isOver(row) && this.#total + room <= most) return;
      await this.#remove(id).catch((fault: unknown) => {
        this.#forget(id);
        this.#options.log.warn('old text not removed', { why: faultText(fault) });
      });
    }
  }

  async #remove(id: string): Promise<void> {
    if (!isShortId(id)) return;
    await rm(join(this.#options.directory, id), { force: true });
    this.#forget(id);
  }

  #isOver({ at }: Row): boolean {
    const { ttlSeconds, clock } = this.#options;
    return ttlSeconds > 0 && clock.now() >= at + ttlSeconds * 1000;
  }

  #note(id: string, row: Row): void {
    this.#forget(id);
    this.#rows.set(id, row);
    this.#total += row.bytes;
    this.#know(id, row);
  }

  #know(id: string, { events }: Row): void {
    for (const event of events) {
      const ids = this.#ofEvent.get(event) ?? new Set();
      this.#ofEvent.set(event, ids.add(id));
    }
  }

  #forget(id: string): void {
    const row = this.#rows.get(id);
    if (!row) return;
    this.#total -= row.bytes;
    this.#rows.delete(id);
    for (const event of row.events) {
      const ids = this.#ofEvent.get(event);
      ids?.delete(id);
      if (ids?.size === 0) this.#ofEvent.delete(event);
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#work.then(work);
    // Whoever asked hears of a fault; the next is not stopped by it.
    this.#work = turn.catch(() => undefined);
    return turn;
  }
}

function onDisk(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}
