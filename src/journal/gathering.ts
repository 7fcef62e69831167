/** What several calls of `keep` bring, to be written and synced as one. */

import type { Json } from '../model/matrix-content.js';
import type { Held, HeldEntries } from './held.js';
import { carriedLine, numberOf, parseLine } from './lines.js';
import type { Entry, EntryId, Lane, SeenId } from './port.js';
import { readLines } from './read-lines.js';
import type { Segment } from './segment.js';

/** One write with one sync. */
export interface Gathering {
  readonly held: readonly Held[];
  readonly seen: readonly SeenId[];
  /** Its text, asked for in the tick in which it is written. */
  text(): string;
  /** The segment that its entries move away from, when they are not new. */
  readonly from: Segment | undefined;
  readonly durable: Promise<void>;
  readonly kept: () => void;
  readonly failed: (fault: unknown) => void;
}

/** Entries that are new, gathered until the disk is free. */
export class NewLines implements Gathering {
  readonly held: Held[] = [];
  readonly seen: SeenId[] = [];
  readonly from = undefined;
  readonly durable: Promise<void>;
  readonly kept: () => void;
  readonly failed: (fault: unknown) => void;
  bytes = 0;
  /** Whether somebody waits for it to be on disk; for lines from IRC nobody does. */
  awaited = false;
  readonly #lines: string[] = [];

  constructor() {
    const ends = promiseWithEnds();
    this.durable = ends.promise;
    this.kept = ends.resolve;
    this.failed = ends.reject;
  }

  /** Takes what one call of `keep` brings, as the line that it is; gives what is held of it. */
  take(line: string, bytes: number, lane: Lane, entries: readonly Entry[], seen: readonly SeenId[]): readonly Held[] {
    this.add(line, bytes);
    this.awaited ||= lane !== 'irc';
    this.seen.push(...seen);
    const share = bytes / Math.max(1, entries.length);
    const held = entries.map(({ id }): Held => ({ id, lane, bytes: share, segment: undefined, note: undefined }));
    this.held.push(...held);
    return held;
  }

  add(line: string, bytes: number): void {
    this.#lines.push(line);
    this.bytes += bytes;
  }

  text(): string {
    return this.#lines.join('');
  }
}

/**
 * Reads an old segment and gathers what is open in it, to be written again at the end.
 * @param open the entries that are not done
 */
export async function carriedFrom(from: Segment, open: HeldEntries): Promise<Gathering> {
  const bodies = new Map<Held, { readonly at: number; readonly body: Json }>();
  const take = (id: EntryId, at: number, body: Json): void => {
    const held = open.get(id);
    if (held?.segment === from) bodies.set(held, { at, body });
  };
  await readLines(from.path, (bytes, piece) => {
    const line = piece === 'line' ? parseLine(bytes.toString('utf8').replace(/^\uFEFF/u, '')) : undefined;
    if (line?.kind === 'carried') take(line.id, line.at, line.body);
    if (line?.kind === 'kept') line.bodies.forEach((body, n) => take(`${line.epoch}.${line.first + n}`, line.at, body));
  });
  const { promise: durable, resolve: kept, reject: failed } = promiseWithEnds();
  const held = [...bodies.keys()].sort((a, b) => numberOf(a.id) - numberOf(b.id));
  const text = (): string => {
    const lines: string[] = [];
    for (const each of held) {
      const found = bodies.get(each);
      // Done, or moved, since it was read: its line must not come behind the mark that says so.
      if (!found || each.segment !== from || open.get(each.id) !== each) continue;
      const line = carriedLine(each.id, each.lane, found.at, found.body, each.note);
      open.resize(each, Buffer.byteLength(line));
      lines.push(line);
    }
    return lines.join('');
  };
  return { held, seen: [], text, from, durable, kept, failed };
}

/** A blank line of so many bytes, which a reader passes over: to learn whether the disk has room again. */
export function probe(bytes: number): Gathering {
  const { promise: durable, resolve: kept, reject: failed } = promiseWithEnds();
  return { held: [], seen: [], text: () => `${' '.repeat(bytes - 1)}\n`, from: undefined, durable, kept, failed };
}

/** A promise that has failed; nobody has to listen, and that must not end the process. */
export function rejection(fault: Error): Promise<void> {
  const { promise, reject } = promiseWithEnds();
  reject(fault);
  return promise;
}

/** A promise with its ends in hand, whose failing nobody has to listen to. */
function promiseWithEnds(): { promise: Promise<void>; resolve: () => void; reject: (fault: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (fault: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
