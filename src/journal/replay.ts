/** Reads the segments of former lives: what is still open, which ids were seen; sets faulty lines aside. */

import { appendFileSync, readdirSync, renameSync, statSync, truncateSync } from 'node:fs';
import type { Piece } from '../lib/line-splitter.js';
import type { Log } from '../lib/log.js';
import { faultText } from '../model/errors.js';
import type { Disk } from './disk.js';
import { numberOf, parseLine } from './lines.js';
import type { Line } from './lines.js';
import type { Entry, EntryId, SeenId } from './port.js';
import { readLines } from './read-lines.js';
import { Segment, segmentNumber, segmentPath } from './segment.js';

/** An entry that was not done, and where its newest line is. */
export interface Replayed {
  readonly entry: Entry;
  readonly segment: Segment;
  readonly bytes: number;
}

export interface Replay {
  /** In order of acceptance. */
  readonly open: readonly Replayed[];
  /** Oldest first; each knows how many of its entries are open. */
  readonly segments: readonly Segment[];
  /** The first number that no entry ever had. */
  readonly next: number;
}

/**
 * Reads all segments of a directory, oldest first.
 * @param onSeen told each id that came with an entry, whether that is done or not
 */
export async function replay(
  directory: string,
  disk: Disk,
  now: number,
  log: Log,
  onSeen: (id: SeenId) => void,
): Promise<Replay> {
  const reading = new Reading(onSeen);
  const segments: Segment[] = [];
  const numbers = readdirSync(directory).flatMap((name) => segmentNumber(name) ?? []);
  for (const number of numbers.sort((a, b) => a - b)) {
    const segment = new Segment(disk, directory, number, statSync(segmentPath(directory, number)).size);
    const bad = new SetAside(`${segment.path}.corrupt-${new Date(now).toISOString().replaceAll(':', '-')}`);
    if (segment.size === 0) disk.remove(segment.path);
    else if (await readSegment(segment, reading, bad, log)) segments.push(segment);
  }
  const open = [...reading.open.values()].sort((a, b) => numberOf(a.entry.id) - numberOf(b.entry.id));
  for (const { segment } of open) segment.open++;
  return { open, segments, next: reading.next };
}

/** Reads one; false when nothing of it can be read, and it is set aside whole. */
async function readSegment(segment: Segment, reading: Reading, bad: SetAside, log: Log): Promise<boolean> {
  let good: number;
  let lines = 0;
  try {
    good = await readLines(segment.path, (bytes, piece) => {
      lines++;
      if (piece !== 'line' || !reading.take(bytes, segment)) bad.add(bytes, piece);
    });
  } catch (fault) {
    log.error('segment of the journal unreadable', { segment: segment.path, linesRead: lines, why: faultText(fault) });
    if (lines > 0) return true;
    renameSync(segment.path, bad.path);
    return false;
  }
  if (bad.lines === 0) return true;
  const { path: aside, bytes, fault } = bad;
  log.warn('faulty lines of the journal set aside', {
    ...{ segment: segment.path, lines: bad.lines, bytes, aside },
    ...(fault === undefined ? {} : { failed: faultText(fault) }),
  });
  // Without the copy the original stays as it is.
  if (fault !== undefined) return true;
  // A torn end alone is cut off; after anything else, what is good moves to a new segment.
  segment.tainted = bad.inside > 0;
  truncateSync(segment.path, good);
  segment.size = good;
  return true;
}

/** What is known while lines are read one after the other. */
class Reading {
  readonly open = new Map<EntryId, Replayed>();
  next = 1;
  readonly #onSeen: (id: SeenId) => void;

  constructor(onSeen: (id: SeenId) => void) {
    this.#onSeen = onSeen;
  }

  /** False when the line is none of ours. */
  take(bytes: Buffer, segment: Segment): boolean {
    // A byte order mark and a blank line (the journal's own probe for room) mean nothing.
    const text = bytes.toString('utf8').replace(/^\uFEFF/u, '');
    if (text.trim() === '') return true;
    const line = parseLine(text);
    if (line) this.#follow(line, segment, bytes.length + 1);
    return line !== undefined;
  }

  #follow(line: Line, segment: Segment, bytes: number): void {
    switch (line.kind) {
      case 'kept': {
        const { epoch, first, lane, at, bodies } = line;
        bodies.forEach((body, place) => {
          const id = `${epoch}.${first + place}`;
          this.open.set(id, { entry: { id, lane, at, body }, segment, bytes: bytes / bodies.length });
        });
        line.seen.forEach(this.#onSeen);
        this.next = Math.max(this.next, first + bodies.length);
        return;
      }
      case 'carried': {
        const { id, lane, at, body, note } = line;
        const entry = { id, lane, at, body, ...(note === undefined ? {} : { note }) };
        this.open.set(id, { entry, segment, bytes });
        this.next = Math.max(this.next, numberOf(id) + 1);
        return;
      }
      case 'noted': {
        const was = this.open.get(line.id);
        if (was) this.open.set(line.id, { ...was, entry: { ...was.entry, note: line.note } });
        return;
      }
      case 'done':
        this.open.delete(line.id);
        this.next = Math.max(this.next, numberOf(line.id) + 1);
    }
  }
}

/** Copies faulty lines of one file to another one, for a person to look at. */
class SetAside {
  lines = 0;
  bytes = 0;
  /** Those that are not at the end, which is what a killed process leaves. */
  inside = 0;
  /** Why copying failed, if it did. */
  fault: unknown;
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  add(line: Buffer, piece: Piece): void {
    this.lines++;
    this.bytes += line.length;
    if (piece !== 'torn') this.inside++;
    try {
      appendFileSync(this.path, Buffer.concat([line, Buffer.from('\n')]), { mode: 0o600 });
    } catch (fault) {
      this.fault = fault;
    }
  }
}
