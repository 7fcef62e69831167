/** The row of segments, oldest first: writes at its end, takes away at its start. */

import type { Clock, Timer } from '../lib/clock.js';
import type { Disk } from './disk.js';
import { Segment } from './segment.js';

/** A write that is not known to be on disk yet. */
export interface Written {
  readonly segment: Segment;
  /** The segment's length before it. */
  readonly start: number;
}

/** Within this many ms a mark that is in no hurry is written. */
const LATEST = 20;

export class Segments {
  readonly segmentBytes: number;
  readonly #directory: string;
  readonly #disk: Disk;
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  readonly #row: Segment[];
  #tail: Segment;
  /** Marks not in the file: for a few ms, or since the disk fails. At most a few for each open entry. */
  #marks: string[] = [];
  #soon: Timer | undefined;
  /** Marks written behind a write that is not synced: written again when that is taken back. */
  #behind: string[] | undefined;
  #total: number;

  /** @param onFault told when marks cannot be written; they are kept and tried again with the next write */
  constructor(
    where: { readonly directory: string; readonly disk: Disk; readonly clock: Clock },
    row: readonly Segment[],
    segmentBytes: number,
    onFault: (fault: unknown) => void,
  ) {
    this.#directory = where.directory;
    this.#disk = where.disk;
    this.#clock = where.clock;
    this.#onFault = onFault;
    this.segmentBytes = segmentBytes;
    this.#row = [...row];
    this.#total = row.reduce((sum, { size }) => sum + size, 0);
    this.#tail = new Segment(this.#disk, this.#directory, (row.at(-1)?.number ?? 0) + 1);
    this.#row.push(this.#tail);
  }

  /** Bytes on disk. */
  get total(): number {
    return this.#total;
  }

  /** The oldest one that nothing is written to any more. */
  get oldest(): Segment | undefined {
    return this.#row[0] === this.#tail ? undefined : this.#row[0];
  }

  /** The number of the newest one. */
  get last(): number {
    return this.#tail.number;
  }

  /** Writes lines, and all marks before them, at the end. On a fault nothing of the lines counts, and it is thrown. */
  write(lines: string): Written {
    this.flush();
    const data = Buffer.from(lines);
    if (this.#tail.size > 0 && this.#tail.size + data.length > this.segmentBytes) this.rotate();
    const written = { segment: this.#tail, start: this.#tail.size };
    this.#append(data);
    this.#behind = [];
    return written;
  }

  /** Resolves when a write is on disk; otherwise takes it back, keeps the marks that came behind it, and throws. */
  async sync({ segment, start }: Written): Promise<void> {
    try {
      await segment.sync();
      this.#behind = undefined;
    } catch (fault) {
      this.#marks.unshift(...(this.#behind ?? []));
      this.#behind = undefined;
      this.#total -= segment.size - start;
      try {
        segment.cutBack(start);
        // What a disk does with pages whose writing failed is not known: a fresh file is not touched by that.
        if (segment === this.#tail && start > 0) this.rotate();
        // A process that is killed now must leave them behind.
        this.flush();
      } catch (again) {
        // Cut back before the next append instead, so this file must stay the last.
        this.#onFault(again);
      }
      throw fault;
    }
  }

  /** Writes a mark before it returns (or within 20 ms, when it is in no hurry). */
  mark(line: string, hurry: boolean): void {
    this.#marks.push(line);
    if (hurry) this.flush();
    else this.#soon ??= this.#clock.after(LATEST, () => this.flush());
  }

  /** Writes the marks that wait. On a fault they wait on. */
  flush(): void {
    this.#soon?.end();
    this.#soon = undefined;
    if (this.#marks.length === 0) return;
    const lines = this.#marks.join('');
    try {
      this.#append(Buffer.from(lines));
    } catch (fault) {
      this.#onFault(fault);
      return;
    }
    this.#behind?.push(lines);
    this.#marks = [];
  }

  /** Whether marks wait because the disk did not take them. */
  get behind(): boolean {
    return this.#marks.length > 0 && this.#soon === undefined;
  }

  /** Lets new lines go to a new file, so that the old one can go when its entries are done. */
  rotate(): void {
    const full = this.#tail;
    this.#tail = new Segment(this.#disk, this.#directory, full.number + 1);
    this.#row.push(this.#tail);
    full.close();
  }

  /** Whether all that is in the last file is done, so that rotating would free it. */
  get tailIsDone(): boolean {
    return this.#tail.open === 0 && this.#tail.size > 0;
  }

  /** Deletes the oldest. */
  removeOldest(): void {
    const { oldest } = this;
    if (!oldest) return;
    oldest.remove();
    this.#row.shift();
    this.#total -= oldest.size;
  }

  /** Writes what waits and closes; the files stay. */
  close(): void {
    this.flush();
    this.#tail.close();
  }

  #append(data: Uint8Array): void {
    this.#tail.append(data);
    this.#total += data.length;
  }
}
