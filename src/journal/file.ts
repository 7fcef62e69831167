/** The journal on disk: append-only segments with marks, and one sync for all that came while the disk was busy. */

import type { Clock } from '../lib/clock.js';
import { BridgeError } from '../model/errors.js';
import type { Json } from '../model/matrix-content.js';
import type { Metrics } from '../metrics/port.js';
import { NewLines, probe, rejection } from './gathering.js';
import type { Gathering } from './gathering.js';
import { HeldEntries } from './held.js';
import type { Held } from './held.js';
import { doneLine, keptLine, notedLine } from './lines.js';
import { Pause } from './pause.js';
import type { Entry, EntryId, Journal, Lane, SeenId } from './port.js';
import type { SeenIds } from './seen.js';
import type { Written } from './segments.js';
import { Segments } from './segments.js';
import { tidy } from './tidy.js';
import { Trouble } from './trouble.js';

/** Made by `openJournal`, which says what each is. */
export interface FileJournalParts {
  readonly epoch: string;
  readonly next: number;
  readonly maxBytes: number;
  readonly held: readonly Held[];
  readonly entries: readonly Entry[];
  readonly seen: SeenIds;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly trouble: (look: () => void) => Trouble;
  readonly segments: (onFault: (fault: unknown) => void) => Segments;
  readonly release: () => Promise<void>;
}

/** Between two syncs for which nobody waits, in ms: one after another they took a fifth of the CPU of busy talk. */
const REST_MS = 5;
/** Written to learn whether a full disk has room again. */
const PROBE = 16 * 1024;

export class FileJournal implements Journal {
  readonly #parts: FileJournalParts;
  readonly #segments: Segments;
  readonly #trouble: Trouble;
  readonly #held = new HeldEntries();
  /** Ids whose entries are not on disk yet. */
  readonly #fresh = new Set<SeenId>();
  #replayed: readonly Entry[];
  #next: number;
  #gathered: NewLines | undefined;
  readonly #others: Gathering[] = [];
  #running: Promise<void> | undefined;
  #tidying: Promise<void> | undefined;
  readonly #rest: Pause;
  #closed = false;
  /** Who waits for a new segment, and whether all that is open is to leave the old ones. */
  #turns: (() => void)[] = [];
  #cleaning = false;

  constructor(parts: FileJournalParts) {
    this.#parts = parts;
    this.#rest = new Pause(parts.clock);
    this.#trouble = parts.trouble(() => this.#look());
    this.#segments = parts.segments((fault) => void this.#trouble.ofDisk(fault));
    this.#replayed = parts.entries;
    this.#next = parts.next;
    for (const held of parts.held) this.#held.add(held);
    this.#tidy();
  }

  get full(): boolean {
    return this.#trouble.now;
  }

  keep(lane: Lane, bodies: readonly Json[], seen: readonly SeenId[] = []): ReturnType<Journal['keep']> {
    const at = this.#parts.clock.now();
    const first = this.#next;
    const entries = bodies.map((body, n) => ({ id: `${this.#parts.epoch}.${first + n}`, lane, at, body }));
    if (bodies.length === 0 && seen.length === 0) return { entries, durable: Promise.resolve() };
    const line = keptLine(this.#parts.epoch, first, lane, at, bodies, seen);
    const bytes = Buffer.byteLength(line);
    const refusal = this.#refusal(bytes);
    // Taken even if refused: nobody's mark may hit the entry of another call.
    this.#next += bodies.length;
    if (refusal) return { entries, durable: rejection(refusal) };
    const gathered = (this.#gathered ??= new NewLines());
    for (const held of gathered.take(line, bytes, lane, entries, seen)) this.#held.add(held);
    for (const id of seen) this.#fresh.add(id);
    this.#start(gathered.awaited);
    return { entries, durable: gathered.durable };
  }

  seen(id: SeenId): boolean {
    return this.#fresh.has(id) || this.#parts.seen.has(id);
  }

  note(id: EntryId, note: Json): void {
    const held = this.#held.get(id);
    if (!held || this.#closed) return;
    held.note = note;
    this.#mark(held, notedLine(id, note), true);
  }

  done(id: EntryId): void {
    const held = this.#held.get(id);
    if (!held || this.#closed) return;
    // A send to Matrix that is repeated for want of the mark goes under the same id and changes nothing.
    this.#mark(held, doneLine(id), held.lane !== 'irc');
    this.#held.forget(held);
    if (held.segment?.open === 0 && held.segment === this.#segments.oldest) this.#tidy();
  }

  open(): readonly Entry[] {
    const entries = this.#replayed;
    this.#replayed = [];
    return entries;
  }

  async clean(): Promise<void> {
    if (this.#closed) throw new BridgeError('JOURNAL_FAULT', 'the journal is closed');
    await new Promise<void>((turned) => {
      this.#turns.push(turned);
      this.#start();
    });
    const before = this.#segments.last;
    this.#cleaning = true;
    await this.#tidying;
    this.#tidy();
    await this.#tidying;
    this.#cleaning = false;
    if ((this.#segments.oldest?.number ?? before) < before) throw new BridgeError('JOURNAL_FAULT', 'old segments are left');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#rest.end();
    while (this.#running ?? this.#tidying) await Promise.all([this.#running, this.#tidying]);
    this.#segments.close();
    this.#trouble.end();
    try {
      await this.#parts.seen.save();
    } catch (fault) {
      // Nothing is lost: the ids are in the segments that stay.
      this.#trouble.untidy(fault);
    } finally {
      this.#parts.seen.close();
      await this.#parts.release();
    }
  }

  #refusal(bytes: number): BridgeError | undefined {
    if (this.#closed) return new BridgeError('JOURNAL_FAULT', 'the journal is closed');
    const { maxBytes } = this.#parts;
    if (this.#segments.total + (this.#gathered?.bytes ?? 0) + bytes <= maxBytes) return undefined;
    const fault = this.#trouble.ofBound(maxBytes);
    this.#tidy();
    return fault;
  }

  #mark(held: Held, line: string, hurry: boolean): void {
    if (held.segment) this.#segments.mark(line, hurry);
    // Its own line is not written yet, and must come first.
    else this.#gathered?.add(line, line.length);
  }

  #start(hurry = true): void {
    if (hurry) this.#rest.end();
    // Behind the rest of this tick, so that what comes in it is gathered.
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#turns.length > 0) this.#segments.rotate();
      for (const turned of this.#turns.splice(0)) turned();
      const gathered = this.#others.shift() ?? this.#gathered;
      if (!gathered) break;
      if (gathered === this.#gathered) this.#gathered = undefined;
      await this.#commit(gathered);
      // Busy talk is gathered a little longer.
      const hurried = this.#closed || this.#turns.length > 0 || this.#others.length > 0;
      if (!hurried && this.#gathered?.awaited === false) await this.#rest.wait(REST_MS);
    }
    // In the tick that found nothing: whatever comes later starts a new run.
    this.#running = undefined;
  }

  async #commit(gathered: Gathering): Promise<void> {
    const begun = this.#parts.clock.elapsed();
    let written: Written | undefined;
    try {
      written = this.#segments.write(gathered.text());
      for (const held of gathered.held) this.#held.place(held, gathered.from, written.segment);
      await this.#segments.sync(written);
    } catch (fault) {
      for (const held of gathered.held) this.#held.unplace(held, gathered.from, written?.segment);
      for (const id of gathered.seen) this.#fresh.delete(id);
      gathered.failed(this.#trouble.ofDisk(fault));
      return;
    }
    for (const id of gathered.seen) {
      this.#parts.seen.add(id);
      this.#fresh.delete(id);
    }
    if (!this.#segments.behind) this.#trouble.over();
    gathered.kept();
    this.#tidy();
    const { metrics, clock } = this.#parts;
    metrics.time('bridge_journal_write_seconds', (clock.elapsed() - begun) / 1000);
    metrics.set('bridge_journal_entries', this.#held.size);
    metrics.set('bridge_journal_bytes', this.#segments.total);
  }

  /** Each second of trouble: makes room, and tries whether the disk takes what it refused. */
  #look(): void {
    if (this.#segments.tailIsDone && !this.#running) this.#segments.rotate();
    this.#tidy();
    const { total, segmentBytes } = this.#segments;
    if (total + 2 * segmentBytes > this.#parts.maxBytes) return;
    this.#others.push(probe(Math.min(PROBE, segmentBytes)));
    this.#start();
  }

  #tidy(): void {
    this.#tidying ??= tidy({
      segments: this.#segments,
      seen: this.#parts.seen,
      open: this.#held,
      mostDead: () => {
        const { segmentBytes } = this.#segments;
        if (this.#cleaning) return -Infinity;
        return this.full ? 2 * segmentBytes : this.#held.bytes + 4 * segmentBytes;
      },
      write: (carried) => {
        this.#others.push(carried);
        this.#start();
        return carried.durable;
      },
    }).then(
      () => {
        this.#tidying = undefined;
        this.#trouble.tidied();
      },
      (fault: unknown) => {
        this.#tidying = undefined;
        this.#trouble.untidy(fault);
      },
    );
  }
}
