/** One file of seen ids: records of 12 bytes, with room made ahead so that a full disk cannot stop the tidying up. */

import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Disk } from './disk.js';
import type { Hash } from './hash-set.js';

export const RECORD = 12;
/** A record that stands for one more hour of running. No hash looks like it: its last word is even. */
export const HOUR_MARK = Buffer.from('an-hour-ran\0', 'latin1');
/** More ids than one full segment of the journal brings, so that a segment can be deleted with the disk full. */
const AHEAD = 512 * 1024;
const PIECE = RECORD * 32 * 1024;

export class SeenFile {
  readonly #disk: Disk;
  readonly #path: string;
  #handle: number | undefined;
  #size: number;
  #room: number;
  #nameIsDurable = false;

  /** @param size bytes up to the last record; @param room bytes that the file has, the zeros after that included */
  constructor(disk: Disk, path: string, size = 0, room = 0) {
    this.#disk = disk;
    this.#path = path;
    this.#size = size;
    this.#room = room;
  }

  /** Reads a file, telling each hash. Zeros (room made ahead, or a page the disk lost) and a torn end are passed over. */
  static async read(disk: Disk, path: string, onHash: (hash: Hash) => void): Promise<{ file: SeenFile; hours: number }> {
    const handle = await open(path, 'r');
    try {
      const piece = Buffer.allocUnsafe(PIECE);
      let size = 0;
      let hours = 0;
      let at = 0;
      for (;;) {
        const { bytesRead } = await handle.read(piece, 0, PIECE, at);
        const whole = bytesRead - (bytesRead % RECORD);
        for (let from = 0; from < whole; from += RECORD) {
          const hash: Hash = [piece.readUInt32LE(from), piece.readUInt32LE(from + 4), piece.readUInt32LE(from + 8)];
          if (hash[0] === 0 && hash[1] === 0 && hash[2] === 0) continue;
          size = at + from + RECORD;
          if (piece.compare(HOUR_MARK, 0, RECORD, from, from + RECORD) === 0) hours++;
          else onHash(hash);
        }
        at += whole;
        if (whole < PIECE) break;
      }
      return { file: new SeenFile(disk, path, size, at), hours };
    } finally {
      await handle.close();
    }
  }

  /** Adds records and resolves when they are on disk; on a fault none of them counts. */
  async append(records: Uint8Array): Promise<void> {
    this.#handle ??= this.#disk.open(this.#path);
    this.#write(this.#handle, records, this.#size);
    const end = this.#size + records.length;
    this.#room = Math.max(this.#room, end);
    this.makeRoom(records.length);
    await this.#disk.sync(this.#handle);
    if (!this.#nameIsDurable) await this.#disk.syncDirectory(dirname(this.#path));
    this.#nameIsDurable = true;
    this.#size = end;
  }

  close(): void {
    if (this.#handle !== undefined) this.#disk.close(this.#handle);
    this.#handle = undefined;
  }

  /** Makes room for what comes after the next `bytes`, when there is little left and the disk has any. */
  makeRoom(bytes = 0): void {
    if (this.#room - this.#size - bytes >= AHEAD / 2) return;
    try {
      this.#handle ??= this.#disk.open(this.#path);
      this.#write(this.#handle, Buffer.alloc(AHEAD), this.#room);
      this.#room += AHEAD;
    } catch {
      // No room to make room: what had to be written is written, and the next append tries again.
    }
  }

  #write(handle: number, data: Uint8Array, position: number): void {
    let written = 0;
    while (written < data.length) {
      written += this.#disk.write(handle, data, written, data.length - written, position + written);
    }
  }
}
