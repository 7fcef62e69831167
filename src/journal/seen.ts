/**
 * The durable, bounded set of transaction and event ids: the newest million at least and a week at least, unless that
 * is more than 4 million ids; below 100 MB on disk. Kept as 96-bit hashes in two generations, of which the older is dropped.
 */

import { hash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../lib/clock.js';
import type { Disk } from './disk.js';
import { HashSet } from './hash-set.js';
import type { Hash } from './hash-set.js';
import type { SeenId } from './port.js';
import { HOUR_MARK, RECORD, SeenFile } from './seen-file.js';

/** When a generation is full: it has this many ids and hours, or very many ids. */
export interface SeenBounds {
  readonly ids: number;
  /** Hours that the process ran, by the monotonic clock: a wall clock that jumps must not forget ids (RELIABILITY D7). */
  readonly hours: number;
  readonly mostIds: number;
}

const WEEK: SeenBounds = { ids: 1_000_000, hours: 7 * 24, mostIds: 4_000_000 };

interface Generation {
  readonly number: number;
  readonly ids: HashSet;
  hours: number;
}

const generationOf = (fileName: string): number | undefined =>
  /^seen-\d{8}\.ids$/u.test(fileName) ? Number(fileName.slice(5, 13)) : undefined;

export class SeenIds {
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #bounds: SeenBounds;
  readonly #hourly: Timer;
  #file: SeenFile;
  #young: Generation;
  #old: Generation | undefined;
  /** Records not yet in the file, one after the other. */
  #unsaved = Buffer.alloc(RECORD * 64);
  #unsavedBytes = 0;
  #saving: Promise<void> = Promise.resolve();

  private constructor(directory: string, disk: Disk, clock: Clock, bounds: SeenBounds, generations: Generation[], file: SeenFile) {
    this.#directory = directory;
    this.#disk = disk;
    this.#bounds = bounds;
    this.#young = generations[0] ?? { number: 1, ids: new HashSet(), hours: 0 };
    this.#old = generations[1];
    this.#file = file;
    this.#hourly = clock.every(3_600_000, () => {
      this.#young.hours++;
      this.#remember(HOUR_MARK);
    });
  }

  /** Loads the two newest generations of a directory and deletes older ones. */
  static async load(directory: string, disk: Disk, clock: Clock, bounds = WEEK): Promise<SeenIds> {
    const numbers = readdirSync(directory).flatMap((name) => generationOf(name) ?? []);
    numbers.sort((a, b) => b - a);
    const generations: Generation[] = [];
    let file: SeenFile | undefined;
    for (const number of numbers.slice(0, 2)) {
      const ids = new HashSet();
      const read = await SeenFile.read(disk, fileOf(directory, number), (each) => ids.add(each));
      generations.push({ number, ids, hours: read.hours });
      file ??= read.file;
    }
    for (const number of numbers.slice(2)) disk.remove(fileOf(directory, number));
    file ??= new SeenFile(disk, fileOf(directory, 1));
    file.makeRoom();
    return new SeenIds(directory, disk, clock, bounds, generations, file);
  }

  has(id: SeenId): boolean {
    const hashed = hashOf(id);
    return this.#young.ids.has(hashed) || this.#old?.ids.has(hashed) === true;
  }

  /** Knows an id from now on; on disk after the next `save`. */
  add(id: SeenId): void {
    const hashed = hashOf(id);
    if (this.#old?.ids.has(hashed) === true || !this.#young.ids.add(hashed)) return;
    const record = Buffer.alloc(RECORD);
    hashed.forEach((word, at) => record.writeUInt32LE(word, at * 4));
    this.#remember(record);
  }

  /** Resolves when all ids added before are on disk; rejects with the disk's fault, after which another try makes sense. */
  save(): Promise<void> {
    // One after the other, each with a fresh try: a failed save must not fail the next.
    const run = this.#saving.then(() => this.#write());
    this.#saving = run.catch(() => undefined);
    return run;
  }

  /** Ends its timer and closes its file; `save` first. */
  close(): void {
    this.#hourly.end();
    this.#file.close();
  }

  async #write(): Promise<void> {
    const bytes = this.#unsavedBytes;
    if (bytes > 0) {
      await this.#file.append(this.#unsaved.subarray(0, bytes));
      this.#unsaved.copyWithin(0, bytes, this.#unsavedBytes);
      this.#unsavedBytes -= bytes;
    }
    if (this.#unsavedBytes === 0 && this.#isFull()) this.#rotate();
  }

  #isFull(): boolean {
    const { ids, hours } = this.#young;
    return (ids.size >= this.#bounds.ids && hours >= this.#bounds.hours) || ids.size >= this.#bounds.mostIds;
  }

  /** The young generation becomes the old one; the old one's file goes. */
  #rotate(): void {
    const number = this.#young.number + 1;
    this.#file.close();
    if (this.#old) this.#disk.remove(fileOf(this.#directory, this.#old.number));
    this.#old = this.#young;
    this.#young = { number, ids: new HashSet(), hours: 0 };
    this.#file = new SeenFile(this.#disk, fileOf(this.#directory, number));
    this.#file.makeRoom();
  }

  #remember(record: Uint8Array): void {
    if (this.#unsavedBytes + RECORD > this.#unsaved.length) {
      this.#unsaved = Buffer.concat([this.#unsaved], this.#unsaved.length * 2);
    }
    this.#unsaved.set(record, this.#unsavedBytes);
    this.#unsavedBytes += RECORD;
  }
}

function fileOf(directory: string, number: number): string {
  return join(directory, `seen-${String(number).padStart(8, '0')}.ids`);
}

/** 96 bits of SHA-256: ids may be of a stranger's choice, who must not be able to make two of them look the same. */
function hashOf(id: SeenId): Hash {
  const digest = hash('sha256', id, 'buffer');
  // All zeros means "free"; the odd last word keeps every hash apart from that.
  return [digest.readUInt32LE(0), digest.readUInt32LE(4), (digest.readUInt32LE(8) | 1) >>> 0];
}
