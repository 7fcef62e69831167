/** A disk that fails as tests wish, on top of the real one; it also knows what would survive a power cut. */

import { realDisk } from '../../src/journal/disk.js';
import type { Disk } from '../../src/journal/disk.js';

/** A fault as Node gives it. */
export function diskFault(code: string): Error {
  return Object.assign(new Error(`${code}: as the test wished`), { code });
}

export class FaultyDisk implements Disk {
  /** Bytes that can still be written; then a write is short, and the next one fails with ENOSPC. */
  room = Infinity;
  /** What writes, syncs and truncations fail with. */
  writeFault: Error | undefined;
  syncFault: Error | undefined;
  truncateFault: Error | undefined;
  /** For each path the length that is surely on the disk. */
  readonly synced = new Map<string, number>();
  syncs = 0;
  readonly #paths = new Map<number, string>();
  readonly #lengths = new Map<string, number>();

  open(path: string): number {
    const file = realDisk.open(path);
    this.#paths.set(file, path);
    return file;
  }

  write(file: number, data: Uint8Array, from: number, length: number, position: number): number {
    if (this.writeFault) throw this.writeFault;
    const path = this.#pathOf(file);
    const before = this.#lengths.get(path) ?? 0;
    // Only what makes a file longer takes room.
    const fits = Math.max(0, before - position) + this.room;
    if (fits <= 0) throw diskFault('ENOSPC');
    const written = realDisk.write(file, data, from, Math.min(length, fits), position);
    const after = Math.max(before, position + written);
    this.room -= after - before;
    this.#lengths.set(path, after);
    return written;
  }

  truncate(file: number, length: number): void {
    if (this.truncateFault) throw this.truncateFault;
    realDisk.truncate(file, length);
    const path = this.#pathOf(file);
    this.room += Math.max(0, (this.#lengths.get(path) ?? 0) - length);
    this.#lengths.set(path, length);
    this.synced.set(path, Math.min(this.synced.get(path) ?? 0, length));
  }

  async sync(file: number): Promise<void> {
    this.syncs++;
    const path = this.#pathOf(file);
    const length = this.#lengths.get(path) ?? 0;
    // Its own turn of the event loop, so that things happen while it is under way.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.syncFault) throw this.syncFault;
    this.synced.set(path, Math.max(this.synced.get(path) ?? 0, length));
  }

  async syncDirectory(): Promise<void> {
    if (this.syncFault) throw this.syncFault;
  }

  close(file: number): void {
    realDisk.close(file);
  }

  remove(path: string): void {
    realDisk.remove(path);
    this.room += this.#lengths.get(path) ?? 0;
    this.#lengths.delete(path);
    this.synced.delete(path);
  }

  #pathOf(file: number): string {
    return this.#paths.get(file) ?? '';
  }
}
