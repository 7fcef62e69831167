/** One file of the journal: appended to in the caller's tick, put back to its last good length when a write fails. */

import { dirname, join } from 'node:path';
import type { Disk } from './disk.js';

/** The file of the segment with this number. */
export function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(8, '0')}.log`);
}

/** The number in a segment's file name; `undefined` for other files. */
export function segmentNumber(fileName: string): number | undefined {
  return /^\d{8}\.log$/u.test(fileName) ? Number(fileName.slice(0, 8)) : undefined;
}

export class Segment {
  readonly number: number;
  readonly path: string;
  /** Bytes that count; the file may be longer for a moment after a failed write. */
  size: number;
  /** How many entries that live here are not done. */
  open = 0;
  /** Whether lines of it were set aside: then what is still good moves on, so that they are not found again. */
  tainted = false;
  readonly #disk: Disk;
  #file: number | undefined;
  #made: boolean;
  #nameIsDurable: boolean;
  #ragged = false;

  /** @param size of a segment found at start; 0 makes a new one when first appended to */
  constructor(disk: Disk, directory: string, number: number, size = 0) {
    this.#disk = disk;
    this.number = number;
    this.path = segmentPath(directory, number);
    this.size = size;
    this.#made = size > 0;
    this.#nameIsDurable = this.#made;
  }

  /** Writes all of `data` at the end, into the page cache; on a fault nothing of it counts, and it is thrown on. */
  append(data: Uint8Array): void {
    this.#file ??= this.#disk.open(this.path);
    this.#made = true;
    if (this.#ragged) this.cutBack(this.size);
    let written = 0;
    try {
      while (written < data.length) {
        written += this.#disk.write(this.#file, data, written, data.length - written, this.size + written);
      }
    } catch (fault) {
      this.#ragged = true;
      try {
        this.cutBack(this.size);
      } catch {
        // Tried again before the next append; the first fault is the one to tell.
      }
      throw fault;
    }
    this.size += data.length;
  }

  /** Forgets all after `size`; on a fault that is remembered, done before the next append, and thrown. */
  cutBack(size: number): void {
    this.size = size;
    this.#ragged = true;
    if (this.#file === undefined) return;
    this.#disk.truncate(this.#file, size);
    this.#ragged = false;
  }

  /** Resolves when all appended before the call is on the disk. */
  async sync(): Promise<void> {
    if (this.#file === undefined) return;
    await this.#disk.sync(this.#file);
    if (this.#nameIsDurable) return;
    await this.#disk.syncDirectory(dirname(this.path));
    this.#nameIsDurable = true;
  }

  /** Ends the writing; the segment stays. Harmless when repeated. */
  close(): void {
    if (this.#file !== undefined) this.#disk.close(this.#file);
    this.#file = undefined;
  }

  /** Deletes the file. */
  remove(): void {
    this.close();
    if (this.#made) this.#disk.remove(this.path);
  }
}
