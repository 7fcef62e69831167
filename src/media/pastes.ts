/** Long texts on disk, beside the store: a file each, bounded in size and age, gone when it is withdrawn (MEDIA-11, 13). */

import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../lib/clock.js';
import type { Log } from '../lib/log.js';
import { BridgeError, faultText } from '../model/errors.js';
import type { Paste } from './page.js';
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

/** What is kept besides the text: the first line of the file, as JSON. */
export interface Kept extends Paste {
  /** Digests of the events with which it ends. */
  readonly events: readonly string[];
  /** Digest of whose it is. */
  readonly author?: string;
}

interface Row {
  readonly bytes: number;
  /** When it was kept, ms since the epoch. */
  readonly at: number;
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
  #total = 0;
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
          return [id, { bytes: onDisk(size), at: mtimeMs }];
        });
        found.push(...(await Promise.all(rows)));
      }
      for (const [id, row] of found.sort(([, one], [, other]) => one.at - other.at)) pastes.#note(id, row);
    } catch (fault) {
      throw new BridgeError('STORE_FAULT', `cannot open ${directory}: ${faultText(fault)}`, { cause: fault });
    }
    await pastes.#tidy(0);
    pastes.#timer = clock.every(TIDY_MS, () => void pastes.#inTurn(() => pastes.#tidy(0)));
    return pastes;
  }

  /** Keeps a text, in the place of one with the same id; the oldest go to make room. `false`: too large, or the disk fails. */
  async keep(id: string, { text, ...head }: Kept): Promise<boolean> {
    const { maxBytes, maxTotalMiB, log } = this.#options;
    const body = Buffer.from(text);
    const file = Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
    if (body.length > maxBytes || onDisk(file.length) > maxTotalMiB * MIB) return false;
    try {
      await this.#inTurn(async () => {
        await this.#tidy(onDisk(file.length));
        await this.#write(id, file);
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
      const file = await readFile(join(this.#options.directory, id), 'utf8');
      const end = file.indexOf('\n');
      return { ...(JSON.parse(file.slice(0, end)) as Omit<Kept, 'text'>), text: file.slice(end + 1) };
    } catch (fault) {
      this.#options.log.warn('long text not readable', { why: faultText(fault) });
      return undefined;
    }
  }

  /** Takes a text away; harmless when it is not there. Throws what the disk says. */
  async drop(id: string): Promise<void> {
    await this.#inTurn(() => this.#remove(id));
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
    await this.#work;
  }

  /** Files and bytes on disk. */
  get size(): { readonly files: number; readonly bytes: number } {
    return { files: this.#rows.size, bytes: this.#total };
  }

  async #write(id: string, file: Buffer): Promise<void> {
    const path = join(this.#options.directory, id);
    const fresh = `${path}.new`;
    const at = new Date(this.#options.clock.now());
    const handle = await open(fresh, 'w', 0o600);
    try {
      await handle.writeFile(file);
      await handle.utimes(at, at);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(fresh, path);
    this.#note(id, { bytes: onDisk(file.length), at: at.getTime() });
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
  }

  #forget(id: string): void {
    this.#total -= this.#rows.get(id)?.bytes ?? 0;
    this.#rows.delete(id);
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
